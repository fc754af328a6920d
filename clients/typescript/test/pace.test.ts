import assert from "node:assert/strict";
import test from "node:test";
import { backoffMs, Pace } from "../src/pace.js";

test("waits double up to half a minute, half of each by chance", () => {
  assert.deepEqual(
    [0, 1, 2].map((attempt) => backoffMs(attempt, 0)),
    [250, 500, 1_000],
  );
  assert.equal(backoffMs(0, 0.5), 375);
  assert.equal(backoffMs(50, 0), 15_000);
  assert.ok(backoffMs(50, 0.999) < 30_000);
});

test("a burst goes at once, and then no more than the rate", () => {
  let now = 0;
  const pace = new Pace(() => now);
  pace.allow(10, 10);
  let sent = 0;
  while (pace.take() === 0) sent += 1;
  assert.equal(sent, 8); // nine tenths of ten, and the hello was one
  const wait = pace.take();
  assert.ok(wait > 100 && wait <= 112, `${wait} ms at nine frames a second`);
  now += wait + 0.001;
  assert.equal(pace.take(), 0);
  assert.ok(pace.take() > 0);
});

test("without limits nothing waits", () => {
  const pace = new Pace(() => 0);
  pace.allow(0, 0);
  assert.deepEqual([pace.take(), pace.take()], [0, 0]);
});
