// Prints what the browser downloads, compressed, and fails when the entry grows beyond its budget.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

const OUT = new URL("../../src/netsentinel/dashboard/", import.meta.url);
const ENTRY_BUDGET_KIB = 200;
const ROUTE_BUDGET_KIB = 60;

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", OUT), "utf8"));
const gz = (file) => gzipSync(readFileSync(new URL(file, OUT)), { level: 9 }).length / 1024;

/** A chunk with everything that it imports at once. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const sum = (keys) => [...keys].reduce((total, key) => total + gz(manifest[key].file), 0);
const entryKey = Object.keys(manifest).find((key) => manifest[key].isEntry);
const entry = closure(entryKey);
const rows = [["entry JavaScript", sum(entry), ENTRY_BUDGET_KIB]];
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const own = [...closure(key)].filter((each) => !entry.has(each));
  rows.push([`route ${key.replace("src/features/", "")}`, sum(own), ROUTE_BUDGET_KIB]);
}
const assets = readdirSync(new URL("assets/", OUT)).map((name) => `assets/${name}`);
const total = (end) => assets.filter((name) => name.endsWith(end)).reduce((all, name) => all + gz(name), 0);

let over = false;
for (const [name, size, budget] of rows) {
  const bad = size > budget;
  over ||= bad;
  console.log(
    `${name.padEnd(44)} ${size.toFixed(1).padStart(7)} KiB gz  (budget ${budget})${bad ? "  TOO BIG" : ""}`,
  );
}
console.log(`${"all JavaScript".padEnd(44)} ${total(".js").toFixed(1).padStart(7)} KiB gz`);
console.log(`${"all CSS".padEnd(44)} ${total(".css").toFixed(1).padStart(7)} KiB gz`);
rmSync(new URL(".vite/", OUT), { recursive: true }); // only this report needs the manifest
process.exitCode = over ? 1 : 0;
