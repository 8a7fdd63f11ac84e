import { defineConfig } from "vite";
import { FILES, cesium } from "./cesium.ts";

const BASE = "/built/";
const ABSENT = new URL("src/globe/absent.ts", import.meta.url).pathname;
const OUT = "../src/trilogue/console/built";

// Each entry is a script that a page names (`console/assets.py`); what they share stands apart.
// Built files carry their digest in their name, so that a browser may keep them.
export default defineConfig({
  base: BASE,
  publicDir: false,
  define: { CESIUM_FILES: JSON.stringify(BASE + FILES) },
  plugins: [cesium(OUT)],
  resolve: { alias: { meshoptimizer: ABSENT, "@spz-loader/core": ABSENT } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 6000, // CesiumJS is large, and is asked for when the page stands
    rolldownOptions: {
      input: {
        console: "src/console.ts",
        globe: "src/globe.ts",
        passkey: "src/passkey.ts",
        tlog: "src/tlog.ts",
        verify: "src/verify.ts",
      },
      preserveEntrySignatures: "allow-extension", // the tests run the vectors through `tlog`
      checks: { eval: false }, // htmx has one for those who ask for it; the policy admits none
    },
  },
});
