import { defineConfig } from "vite";

// Each entry is a script that a page names (`console/assets.py`); what they share stands apart.
// Built files carry their digest in their name, so that a browser may keep them.
export default defineConfig({
  base: "/built/",
  publicDir: false,
  build: {
    outDir: "../src/trilogue/console/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: {
      input: { console: "src/console.ts", passkey: "src/passkey.ts" },
      checks: { eval: false }, // htmx has one for those who ask for it; the policy admits none
    },
  },
});
