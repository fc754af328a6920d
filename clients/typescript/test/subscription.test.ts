import assert from "node:assert/strict";
import test from "node:test";
import type { LiveGap } from "../src/model.js";
import { MOST_WAITING, Subscription } from "../src/subscription.js";
import { event, take } from "./fakes.js";

function subscribed() {
  const gaps: LiveGap[] = [];
  const stored: number[] = [];
  const calls: string[] = [];
  const subscription = new Subscription(
    {
      name: "mine",
      topic: "alerts",
      filter: [],
      onGap: (gap) => gaps.push(gap),
      onStart: () => calls.push("start"),
    },
    {
      storePosition: (_name, seq) => {
        stored.push(seq);
      },
      onRoom: () => calls.push("room"),
      onEnd: () => calls.push("end"),
    },
  );
  return { subscription, gaps, stored, calls };
}

test("a position is stored before its event is delivered", async () => {
  const { subscription, stored } = subscribed();
  subscription.event(event(5), 0, "");
  subscription.event(event(6), 5, "");
  const seen: (readonly [number, number | undefined])[] = [];
  for await (const { seq } of subscription) {
    seen.push([seq, stored.at(-1)]);
    if (seq === 6) break;
  }
  assert.deepEqual(seen, [
    [5, 5],
    [6, 6],
  ]);
});

test("an event comes once, whatever the server repeats", async () => {
  const { subscription } = subscribed();
  for (const seq of [5, 5, 6, 4, 6, 7]) subscription.event(event(seq), 0, "");
  assert.deepEqual(await take(subscription, 3), [5, 6, 7]);
});

test("a previous position above ours is a gap, told in its place", async () => {
  const { subscription, gaps } = subscribed();
  subscription.event(event(5), 0, "");
  subscription.event(event(9), 7, "/api/v2/alerts");
  const reader = subscription[Symbol.asyncIterator]();
  await reader.next();
  assert.deepEqual(gaps, []);
  await reader.next();
  assert.deepEqual(gaps, [
    { topic: "alerts", from: 5, to: 7, reason: "lost", snapshotUrl: "/api/v2/alerts" },
  ]);
});

test("a gap behind a lost frame begins where we were", async () => {
  const { subscription, gaps } = subscribed();
  subscription.event(event(5), 0, "");
  subscription.gap({ topic: "alerts", from: 7, to: 12, reason: "overflow", snapshotUrl: "" });
  subscription.event(event(13), 12, "");
  assert.deepEqual(await take(subscription, 2), [5, 13]);
  assert.deepEqual(
    gaps.map(({ from, to, reason }) => [from, to, reason]),
    [[5, 12, "overflow"]],
  );
});

test("what is complete moves the position without an event, once for all", async () => {
  const { subscription, stored } = subscribed();
  for (const seq of [10, 20, 30]) subscription.complete(seq);
  subscription.event(event(31), 30, "");
  assert.deepEqual(await take(subscription, 1), [31]);
  assert.deepEqual(stored, [30, 31]);
});

test("a slow program leaves events on the server, and asks again under another name", async () => {
  const { subscription, calls } = subscribed();
  for (let seq = 1; seq <= MOST_WAITING + 10; seq += 1) subscription.event(event(seq), seq - 1, "");
  assert.equal(subscription.paused, true);
  assert.equal(subscription.received, MOST_WAITING);
  const reader = subscription[Symbol.asyncIterator]();
  while (subscription.paused) await reader.next();
  assert.deepEqual(calls, ["room"]);
  assert.equal(subscription.wireName, "mine~1");
  assert.equal(subscription.received, MOST_WAITING);
});

test("a rebuilt journal is a gap, and begins with now", async () => {
  const { subscription, gaps } = subscribed();
  subscription.event(event(5), 0, "");
  subscription.forgetPosition("");
  assert.equal(subscription.received, null);
  subscription.event(event(1), 0, "");
  assert.deepEqual(await take(subscription, 2), [5, 1]);
  assert.deepEqual(
    gaps.map(({ reason }) => reason),
    ["epoch"],
  );
});

test("that it begins with the present is told once, and not when it resumes", () => {
  const { subscription, calls } = subscribed();
  subscription.confirm();
  subscription.confirm();
  subscription.confirmed = false;
  subscription.beginsNow = false;
  subscription.confirm();
  assert.deepEqual(calls, ["start"]);
});

test("leaving the loop ends the subscription", async () => {
  const { subscription, calls } = subscribed();
  subscription.event(event(1), 0, "");
  await take(subscription, 1);
  assert.deepEqual(calls, ["end"]);
});

test("what arrived is delivered before the end, and before a fault", async () => {
  const ended = subscribed().subscription;
  ended.event(event(1), 0, "");
  ended.close();
  assert.deepEqual(await take(ended, 5), [1]);
  const failed = subscribed().subscription;
  failed.event(event(1), 0, "");
  failed.fail(new Error("over"));
  const reader = failed[Symbol.asyncIterator]();
  assert.equal((await reader.next()).done, false);
  await assert.rejects(reader.next(), /over/);
});

test("a loop that waits ends when it is closed", async () => {
  const { subscription } = subscribed();
  const reading = take(subscription, 1);
  subscription.close();
  assert.deepEqual(await reading, []);
});

test("what the store throws reaches the reader", async () => {
  const subscription = new Subscription(
    { name: "mine", topic: "alerts", filter: [], onGap: () => undefined, onStart: () => undefined },
    {
      storePosition: () => Promise.reject(new Error("full")),
      onRoom: () => undefined,
      onEnd: () => undefined,
    },
  );
  subscription.event(event(1), 0, "");
  await assert.rejects(take(subscription, 1), /full/);
});
