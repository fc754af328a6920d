// Small files on purpose: no TypeScript file above 250 lines, and 95 % of them within 160.
import { readdirSync, readFileSync } from "node:fs";

const SRC = new URL("../src/", import.meta.url);
const MAX = 250;
const P95 = 160;

const files = readdirSync(SRC, { recursive: true })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith("api-types.ts"))
  .map((name) => ({ name, lines: readFileSync(new URL(name, SRC), "utf8").split("\n").length - 1 }))
  .toSorted((one, other) => one.lines - other.lines);
const p95 = files[Math.ceil(files.length * 0.95) - 1].lines;
const long = files.filter(({ lines }) => lines > MAX);

for (const { name, lines } of long) console.error(`${name}: ${lines} lines (at most ${MAX})`);
console.log(`${files.length} files, p95 ${p95} lines (at most ${P95}), longest ${files.at(-1).lines}`);
process.exitCode = long.length > 0 || p95 > P95 ? 1 : 0;
