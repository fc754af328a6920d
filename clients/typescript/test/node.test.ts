import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { WebSocket } from "ws";
import type { SocketConstructor } from "../src/index.js";
import { FilePositions } from "../src/node.js";
import { VERSION } from "../src/version.js";

/** Compiles only while the package `ws` fits. */
export const fits = (socket: typeof WebSocket): SocketConstructor => socket;

test("positions in a file survive the program, and leave nothing else behind", () => {
  const folder = mkdtempSync(join(tmpdir(), "positions-"));
  const path = join(folder, "positions.json");
  assert.equal(new FilePositions(path).load(), null);
  new FilePositions(path).save({ epoch: "e1", positions: { alerts: 3 } });
  assert.deepEqual(new FilePositions(path).load(), { epoch: "e1", positions: { alerts: 3 } });
  assert.deepEqual(readdirSync(folder), ["positions.json"]);
});

test("a file with something else is not overwritten in silence", () => {
  const path = join(mkdtempSync(join(tmpdir(), "positions-")), "diary.txt");
  writeFileSync(path, "dear diary");
  assert.throws(() => new FilePositions(path).load(), /holds no positions/);
});

test("a file that cannot be written is an error", () => {
  const path = join(tmpdir(), "no such folder", "positions.json");
  assert.throws(() => new FilePositions(path).save({ epoch: "e1", positions: {} }), /ENOENT/);
});

test("the version is the package's", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.equal(VERSION, manifest.version);
});
