import assert from "node:assert/strict";
import test from "node:test";
import { Delivered } from "../src/delivered.js";
import { MemoryPositions, type Positions, StoragePositions } from "../src/positions.js";

const KEPT: Positions = { epoch: "e1", positions: { alerts: 7 } };

class FakeStorage {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.items.set(key, text);
  }
}

test("what was saved is loaded", () => {
  for (const store of [new MemoryPositions(), new StoragePositions(new FakeStorage(), "here")]) {
    assert.equal(store.load(), null);
    store.save(KEPT);
    assert.deepEqual(store.load(), KEPT);
  }
});

test("what is no positions in a storage is nothing", () => {
  const storage = new FakeStorage();
  const store = new StoragePositions(storage, "here");
  for (const text of ["", "no json", "null", '{"epoch": 1}', '{"epoch": "e", "positions": {"a": "7"}}']) {
    storage.setItem("here", text);
    assert.equal(store.load(), null);
  }
});

test("another epoch makes the positions of the old one meaningless", async () => {
  const store = new MemoryPositions();
  store.save(KEPT);
  const delivered = new Delivered(store);
  await delivered.load();
  assert.equal(delivered.get("alerts"), 7);
  await delivered.put("tasks", 1, "e2");
  assert.deepEqual(store.load(), { epoch: "e2", positions: { tasks: 1 } });
});

test("a slow store is asked for one thing at a time, and has the newest at the end", async () => {
  const saved: Positions[] = [];
  let under = 0;
  const delivered = new Delivered({
    load: () => Promise.resolve(null),
    save: async (positions) => {
      under += 1;
      assert.equal(under, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      saved.push(positions);
      under -= 1;
    },
  });
  await Promise.all([1, 2, 3].map((seq) => delivered.put("alerts", seq, "e1")));
  assert.deepEqual(saved.at(-1), { epoch: "e1", positions: { alerts: 3 } });
});

test("what a store throws reaches whoever waits, and the next save is tried", async () => {
  let calls = 0;
  const delivered = new Delivered({
    load: () => null,
    save: () => {
      calls += 1;
      if (calls === 1) throw new Error("full");
    },
  });
  await assert.rejects(delivered.put("alerts", 1, "e1"), /full/);
  await delivered.put("alerts", 2, "e1");
  assert.equal(calls, 2);
});
