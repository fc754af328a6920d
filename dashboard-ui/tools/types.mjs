// Writes src/lib/api-types.ts from the API's description: `npm run types` reads openapi.json in this folder, made by
// `netsentinel api spec > dashboard-ui/openapi.json`; another file may be given as the argument.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const tool = path("api-types/");
const spec = process.argv[2] ?? path("../openapi.json");

if (!existsSync(spec)) {
  console.error(`There is no ${spec}. Make it with: netsentinel api spec > dashboard-ui/openapi.json`);
  process.exit(1);
}
if (!existsSync(`${tool}node_modules`)) execFileSync("npm", ["ci"], { cwd: tool, stdio: "inherit" });
execFileSync(
  process.execPath,
  [`${tool}node_modules/openapi-typescript/bin/cli.js`, spec, "--output", path("../src/lib/api-types.ts")],
  { stdio: "inherit" },
);
