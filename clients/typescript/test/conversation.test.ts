import assert from "node:assert/strict";
import test from "node:test";
import { Conversation } from "../src/conversation.js";
import { Running } from "../src/request.js";
import { Subscription } from "../src/subscription.js";
import { event, take } from "./fakes.js";

const WELCOME = { type: "welcome", epoch: "e1", heartbeat_ms: 1_000, limits: { max_requests: 2 } };

function begun() {
  const fetched: string[] = [];
  const conversation = new Conversation({
    client: "test",
    version: "0",
    fetchResult: (request, status, url) => fetched.push(`${request.id} ${status} ${url}`),
  });
  const said = (): Record<string, unknown>[] => {
    const frames: Record<string, unknown>[] = [];
    for (let text = conversation.next(); text !== undefined; text = conversation.next()) {
      frames.push(JSON.parse(text) as Record<string, unknown>);
      conversation.sent();
    }
    return frames;
  };
  const hear = (frame: object): void => conversation.receive(JSON.stringify(frame));
  const subscribe = (name = "alerts"): Subscription => {
    const host = { storePosition: () => undefined, onRoom: () => undefined, onEnd: () => undefined };
    const told = { onGap: () => undefined, onStart: () => undefined };
    const subscription = new Subscription({ name, topic: "alerts", filter: [], ...told }, host);
    conversation.open(subscription);
    return subscription;
  };
  const ask = (id: string): Running => {
    const frame = { type: "request", id, action: "echo", payload: {} } as const;
    const request = new Running(frame, {}, (it) => conversation.requests.control(it));
    conversation.requests.start(request);
    return request;
  };
  return { conversation, said, hear, subscribe, ask, fetched };
}

test("hello says where it was, and only then", () => {
  const { conversation, said, hear, subscribe } = begun();
  conversation.hello(null);
  assert.deepEqual(said(), [{ type: "hello", client: "test", version: "0" }]);
  hear(WELCOME);
  subscribe().event(event(5), 0, "");
  conversation.hello("t-1");
  assert.deepEqual(said(), [
    {
      type: "hello",
      client: "test",
      version: "0",
      ticket: "t-1",
      resume: { epoch: "e1", positions: { alerts: 5 } },
    },
  ]);
});

test("a subscription is asked for from its position, with a ping behind it", () => {
  const { conversation, said, hear, subscribe } = begun();
  subscribe("one");
  subscribe("two").received = 7;
  conversation.hello(null);
  said();
  hear(WELCOME);
  assert.deepEqual(said(), [
    { type: "subscribe", sub: "one", topic: "alerts", from: "now" },
    { type: "subscribe", sub: "two", topic: "alerts", from: 7 },
    { type: "ping", t: 1 },
  ]);
});

test("pings speak for subscriptions that stand, and are answered before all else", () => {
  const { conversation, said, hear, subscribe, ask } = begun();
  const subscription = subscribe();
  conversation.hello(null);
  hear(WELCOME);
  said();
  hear({ type: "ping", t: 9, seq: 50 });
  assert.equal(subscription.received, null);
  hear({ type: "pong", t: 1, seq: 60 });
  assert.equal(subscription.received, 60);
  said();
  ask("a");
  hear({ type: "ping", t: 10, seq: 70 });
  assert.equal(subscription.received, 70);
  assert.deepEqual(
    said().map(({ type }) => type),
    ["pong", "request"],
  );
});

test("what cannot be read does no harm", () => {
  const { conversation, subscribe } = begun();
  const subscription = subscribe();
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"type": "event"}',
    '{"type": "toString"}',
    '{"type": "event", "sub": "alerts", "seq": 1.5, "prev": 0, "name": "x"}',
    '{"type": "error", "problem": "none"}',
  ])
    conversation.receive(text);
  conversation.receive(new Uint8Array(3));
  assert.equal(subscription.received, null);
});

test("a refused subscription tells its reader", async () => {
  const { conversation, hear, subscribe } = begun();
  const subscription = subscribe();
  hear({ type: "error", sub: "alerts", problem: { code: "not-allowed", title: "No." }, retryable: false });
  await assert.rejects(take(subscription, 1), /not-allowed/);
  assert.deepEqual(conversation.subscriptions, []);
});

test("no more requests are open than the server allows", async () => {
  const { conversation, said, hear, ask } = begun();
  conversation.hello(null);
  hear(WELCOME);
  said();
  const requests = ["a", "b", "c"].map(ask);
  assert.deepEqual(
    said().map(({ id }) => id),
    ["a", "b"],
  );
  hear({ type: "response", id: "a", data: 1 });
  assert.deepEqual(
    said().map(({ id }) => id),
    ["c"],
  );
  assert.equal(await requests[0]?.result, 1);
});

test("requests are asked again on the next connection, under the same id", () => {
  const { conversation, said, hear, ask } = begun();
  conversation.hello(null);
  hear(WELCOME);
  const request = ask("a");
  hear({ type: "ack", id: "a", task_id: "t", status: "queued", estimated_ms: 5 });
  assert.equal(request.taskId, "t");
  conversation.hello(null);
  said();
  hear(WELCOME);
  assert.deepEqual(said().at(-1), { type: "request", id: "a", action: "echo", payload: {} });
});

test("a task that failed while we were away, and is answered with an error, has failed", async () => {
  const { conversation, hear, ask } = begun();
  conversation.hello(null);
  hear(WELCOME);
  const request = ask("a");
  hear({ type: "ack", id: "a", task_id: "t", status: "queued", estimated_ms: 5 });
  conversation.hello(null);
  hear(WELCOME);
  hear({ type: "error", id: "a", problem: { code: "ended", title: "It failed." }, retryable: false });
  await assert.rejects(request.result, /ended/);
});

test("a refused wish is not the end of the task", async () => {
  const { conversation, said, hear, ask } = begun();
  conversation.hello(null);
  hear(WELCOME);
  const request = ask("a");
  hear({ type: "ack", id: "a", task_id: "t", status: "queued", estimated_ms: 5 });
  said();
  request.pause();
  assert.deepEqual(said(), [{ type: "pause", id: "a", task_id: "t" }]);
  hear({ type: "error", id: "a", problem: { code: "conflict", title: "No." }, retryable: false });
  hear({ type: "complete", id: "a", task_id: "t", seq: 1, status: "succeeded", result: 4 });
  assert.equal(await request.result, 4);
});

test("what is cancelled before the server has it is cancelled as soon as it has, and after each break", () => {
  const { conversation, said, hear, ask } = begun();
  const cancelled = { type: "cancel", id: "a", task_id: "t" };
  conversation.hello(null);
  hear(WELCOME);
  const request = ask("a");
  request.cancel();
  said();
  hear({ type: "ack", id: "a", task_id: "t", status: "queued", estimated_ms: 5 });
  assert.deepEqual(said(), [cancelled]);
  conversation.hello(null);
  hear(WELCOME);
  said();
  hear({ type: "ack", id: "a", task_id: "t", status: "duplicate", estimated_ms: 5 });
  assert.deepEqual(said(), [cancelled]);
});

test("a task that did not succeed is an error, and a large result is fetched", async () => {
  const { conversation, hear, ask, fetched } = begun();
  conversation.hello(null);
  hear(WELCOME);
  const [failing] = [ask("a"), ask("b")];
  hear({ type: "complete", id: "a", task_id: "t", seq: 1, status: "dead", result: { code: "internal" } });
  hear({ type: "complete", id: "b", task_id: "u", seq: 2, status: "succeeded", result_url: "/result" });
  await assert.rejects(failing.result, /dead/);
  assert.deepEqual(fetched, ["b succeeded /result"]);
});
