import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };

const server = process.env["NETSENTINEL_URL"] ?? "http://127.0.0.1:8740";
const CLIENT = fileURLToPath(new URL("../clients/typescript/src/index.ts", import.meta.url));

export default defineConfig({
  plugins: [react()],
  define: { "import.meta.env.VITE_VERSION": JSON.stringify(manifest.version) },
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // The public client, from its source: nothing has to be built or installed before.
      "@netsentinel/client": CLIENT,
    },
  },
  build: {
    outDir: "../src/netsentinel/dashboard",
    emptyOutDir: true,
    // The page runs under `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'`: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    manifest: true,
    reportCompressedSize: false,
  },
  server: {
    fs: { allow: [".", "../clients/typescript/src"] },
    proxy: {
      "/api": { target: server },
      "/auth": { target: server },
      "/ws": { target: server, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    globals: false,
    css: { modules: { classNameStrategy: "non-scoped" } },
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // A worker's files share a document and their modules, which halves the whole; the set-up tidies after each test.
    isolate: false,
    // jsdom does not know the `search` element yet; browsers do.
    onConsoleLog: (text) => !text.includes("<search> is unrecognized"),
    testTimeout: 40_000,
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      exclude: ["src/testing/**", "src/main.tsx", "src/lib/api-types.ts", "src/**/*.test.{ts,tsx}"],
      reporter: ["text-summary", "text"],
      thresholds: { lines: 70, branches: 70, functions: 70, statements: 70 },
    },
  },
});
