/**
 * What CesiumJS needs beside its code, put under `built/assets/`: the workers that a globe of this
 * kind uses, with what they import, the surface, and the tables of how the Earth turns.
 */
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const ENGINE = "node_modules/@cesium/engine";
const { version } = JSON.parse(readFileSync(join(ENGINE, "package.json"), "utf8")) as { version: string };

/** Under `assets/`, with the version in it: a browser may keep what lies there. */
export const FILES = `assets/cesium-${version}/`;

const ASSETS = [
  "Assets/Textures/NaturalEarthII",
  "Assets/IAU2006_XYS",
  "Assets/approximateTerrainHeights.json",
];
const WORKERS = [
  "combineGeometry",
  "createEllipseGeometry",
  "createEllipseOutlineGeometry",
  "createGeometry",
  "createPolylineGeometry",
  "createVerticesFromHeightmap",
  "incrementallyBuildTerrainPicker",
  "transferTypedArrayTest",
];
const IMPORTED = /(?:from|import)\s*"\.\/([\w-]+\.js)"/g;

/** What is taken out of others' code; the build fails when it is no longer there. */
const CHANGES = [
  {
    // A style element for credits that are not shown here: the policy admits none.
    file: "@cesium/engine/Source/Scene/CreditDisplay.js",
    from: "\n  appendCss(container);\n",
    to: "\n",
  },
  {
    // The same without a `style` attribute, which the policy does not admit either.
    file: "@cesium/engine/Source/Core/FeatureDetection.js",
    from: /canvas\.setAttribute\(\s*"style",[^)]*\);/,
    to: 'canvas.style.imageRendering = "pixelated";',
  },
  {
    // A notice in the console, of what NOTICE says.
    file: "milsymbol/src/ms.js",
    from: /console\.info\([^;]*\);/,
    to: "",
  },
] as const;

/** Return workers with all that they import. */
function withImports(names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const open = names.map((name) => `${name}.js`);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const text = readFileSync(join(ENGINE, "Build/Workers", name), "utf8");
    for (const [, imported] of text.matchAll(IMPORTED)) if (imported) open.push(imported);
  }
  return found;
}

export function cesium(out: string): Plugin {
  return {
    name: "cesium",
    transform(code, id) {
      const change = CHANGES.find(({ file }) => id.endsWith(file));
      if (change === undefined) return null;
      const changed = code.replace(change.from, change.to);
      if (changed === code) throw new Error(`${change.file} is another than this build knows`);
      return { code: changed, map: null };
    },
    closeBundle() {
      const to = join(out, FILES);
      const copy = (from: string, name: string): void => {
        mkdirSync(dirname(join(to, name)), { recursive: true });
        cpSync(join(ENGINE, from, name), join(to, name), { recursive: true });
      };
      for (const name of ASSETS) copy("Source", name);
      for (const name of withImports(WORKERS)) copy("Build", join("Workers", name));
      copy(".", "LICENSE.md");
      cpSync("node_modules/milsymbol/LICENSE", join(to, "milsymbol-LICENSE"));
    },
  };
}
