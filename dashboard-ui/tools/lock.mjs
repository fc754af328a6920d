// Completes package-lock.json after `npm install`: npm leaves out the binaries of other platforms when the registry in
// use does not carry them, and `npm ci` then refuses the lock. They are written down by version and platform, without a
// hash, and are never installed where they do not belong.
// Another package's lock may be named as the argument.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = process.argv[2] ?? new URL("../package-lock.json", import.meta.url);
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
let added = 0;

/** What may install it, read from its name: `@oxlint/binding-linux-x64-musl`. */
function platform(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((each) => words.includes(each));
  const cpu = PROCESSORS.find((each) => words.includes(each));
  if (os === undefined || cpu === undefined) throw new Error(`${name}: of which platform?`);
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.includes("gnu")
      ? ["glibc"]
      : undefined;
  return { cpu: [cpu], ...(libc && { libc }), os: [os] };
}

for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === "") continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      dev: true,
      license: entry.license,
      optional: true,
      ...platform(name),
    };
    added += 1;
  }
}

const sorted = Object.entries(lock.packages).toSorted(([one], [other]) => (one < other ? -1 : 1));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
if (sorted.some(([, { resolved }]) => resolved)) throw new Error("the lock names addresses of a registry");
console.log(`${added} binaries of other platforms added`);
