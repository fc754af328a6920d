import assert from "node:assert/strict";
import test from "node:test";
import { Client, ClosedError, MemoryPositions, type Progress, RefusedError } from "../src/index.js";
import { FakeSocket, fakeFetch, until } from "./fakes.js";

const PAGE = { items: [], next: 9, epoch: "e1", newest: 9, oldest: 1 };
const TICKET = { "POST /api/v2/ws-tickets": { ticket: "t-1" } };

async function connected(options: object = {}) {
  const client = new Client("http://server/", {
    key: "k",
    fetch: fakeFetch(TICKET),
    WebSocket: FakeSocket,
    chance: () => 0,
    ...options,
  });
  const before = FakeSocket.opened.length;
  client.connect();
  const next = async (count = 1): Promise<FakeSocket> => {
    await until(() => FakeSocket.opened.length >= before + count);
    return FakeSocket.opened.at(-1) as FakeSocket;
  };
  return { client, next, socket: await next() };
}

test("it says hello with its ticket, in the protocol's name", async () => {
  const { client, socket } = await connected();
  socket.open();
  assert.deepEqual([socket.url, socket.protocol], ["ws://server/ws", "netsentinel.v1.json"]);
  assert.equal(socket.frames("hello")[0]?.["ticket"], "t-1");
  client.close();
});

test("without a key there is no ticket: the cookie speaks", async () => {
  const { client, socket } = await connected({ key: "", fetch: fakeFetch({}) });
  socket.open();
  assert.equal("ticket" in (socket.frames("hello")[0] ?? {}), false);
  client.close();
});

test("a break is waited out and resumed, from where events had arrived", async () => {
  const { client, next, socket } = await connected();
  const states: string[] = [];
  client.onState((state) => states.push(state));
  client.subscribe("alerts");
  socket.welcome();
  socket.say({ type: "event", sub: "alerts", seq: 5, prev: 0, name: "alert:raised", data: {} });
  socket.hangUp(4503, "retry_after_ms=1");
  const second = await next(2);
  second.open();
  assert.deepEqual(second.frames("hello")[0]?.["resume"], { epoch: "e1", positions: { alerts: 5 } });
  assert.deepEqual(states, ["live", "waiting", "connecting"]);
  client.close();
  assert.equal(client.state, "idle");
});

test("positions of another run are taken up", async () => {
  const positions = new MemoryPositions();
  positions.save({ epoch: "e1", positions: { alerts: 42 } });
  const { client, socket } = await connected({ positions });
  client.subscribe("alerts", { from: 3 });
  socket.welcome();
  assert.equal(socket.frames("subscribe")[0]?.["from"], 42);
  client.close();
});

test("a refusal ends everything, and is told to everybody", async () => {
  const { client, socket } = await connected();
  const reading = client.subscribe("alerts")[Symbol.asyncIterator]().next();
  const request = client.start("echo");
  socket.welcome();
  socket.hangUp(4401);
  await assert.rejects(reading, (error) => error instanceof RefusedError);
  await assert.rejects(request.result, (error) => error instanceof RefusedError);
  assert.equal(client.state, "refused");
  assert.throws(() => client.subscribe("alerts"), /refused/);
});

test("closing ends what waits, and a closed client says so", async () => {
  const { client, socket } = await connected();
  const reading = client.subscribe("alerts")[Symbol.asyncIterator]().next();
  const request = client.start("echo");
  socket.welcome();
  client.close();
  await assert.rejects(reading, (error) => error instanceof ClosedError);
  await assert.rejects(request.result, (error) => error instanceof ClosedError);
  assert.throws(
    () => client.start("echo"),
    (error) => error instanceof ClosedError,
  );
});

test("an aborted request is given up at once, and its task is cancelled", async () => {
  const { client, socket } = await connected();
  const controller = new AbortController();
  const answer = client.request("echo", {}, { signal: controller.signal });
  socket.welcome();
  const id = socket.frames("request")[0]?.["id"];
  controller.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  socket.say({ type: "ack", id, task_id: "t", status: "queued", estimated_ms: 1 });
  assert.deepEqual(socket.frames("cancel"), [{ type: "cancel", id, task_id: "t" }]);
  client.close();
});

test("a request that was given up before it was sent is never sent", async () => {
  const { client, socket } = await connected();
  const controller = new AbortController();
  const answer = client.request("echo", {}, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  socket.welcome();
  assert.deepEqual(socket.frames("request"), []);
  client.close();
});

test("a request carries what was asked for, and tells how far it is", async () => {
  const { client, socket } = await connected();
  const told: Progress[] = [];
  const options = { mode: "async", deadlineMs: 5_000, priority: 7, requestId: "mine" } as const;
  const answer = client.request(
    "echo",
    { n: 1 },
    { ...options, onProgress: (progress) => told.push(progress) },
  );
  socket.welcome();
  assert.deepEqual(socket.frames("request"), [
    {
      type: "request",
      id: "mine",
      action: "echo",
      payload: { n: 1 },
      mode: "async",
      deadline_ms: 5_000,
      priority: 7,
    },
  ]);
  const about = { id: "mine", task_id: "t" };
  for (const n of [1, 3, 2])
    socket.say({ type: "progress", ...about, n, percent: n * 10, stage: "s", message: "" });
  socket.say({ type: "complete", ...about, seq: 1, status: "succeeded", result: "done" });
  assert.equal(await answer, "done");
  assert.deepEqual(
    told.map(({ percent }) => percent),
    [10, 30],
  );
  client.close();
});

test("a large result is asked for until it comes", async () => {
  const fetch = fakeFetch({ ...TICKET, "GET /result": Response.json({ title: "busy" }, { status: 503 }) });
  const { client, socket } = await connected({ fetch });
  const answer = client.request("echo", {}, { requestId: "mine" });
  socket.welcome();
  socket.say({
    type: "complete",
    id: "mine",
    task_id: "t",
    seq: 1,
    status: "succeeded",
    result_url: "/result",
  });
  await until(() => fetch.asked.includes("GET /result"));
  client.close();
  await assert.rejects(answer, (error) => error instanceof ClosedError);
});

test("where there is no WebSocket the journal is read over HTTP", async () => {
  const items = [{ seq: 8, name: "alert:raised", payload: { id: "a" } }];
  const fetch = fakeFetch({ ...TICKET, "GET /api/v2/entries": { ...PAGE, items } });
  const client = new Client("http://server", { key: "k", fetch, WebSocket: null, pollEveryMs: 1 });
  for await (const event of client.subscribe("alerts", { from: 3 })) {
    assert.equal(event.data.id, "a");
    break;
  }
  await until(() => client.state === "polling");
  client.close();
});

test("a blocked WebSocket is noticed with nothing to read, and tried again on demand", async () => {
  const fetch = fakeFetch({ ...TICKET, "GET /api/v2/entries": PAGE });
  const { client, next, socket } = await connected({ fetch });
  socket.hangUp(1006);
  client.retryNow();
  (await next(2)).hangUp(1006);
  await until(() => client.state === "polling");
  client.close();
});

test("an answer of HTTP that is none is not taken for one", async () => {
  const fetch = fakeFetch({ ...TICKET, "GET /api/v2/entries": { ...PAGE, items: "none" } });
  const client = new Client("http://server", { key: "k", fetch, WebSocket: null });
  client.connect();
  await until(() => client.state === "waiting");
  client.close();
});

test("a key that is refused over HTTP is a refusal", async () => {
  const no = Response.json(
    { code: "not-authenticated", title: "No.", detail: "No such key." },
    { status: 401 },
  );
  const client = new Client("http://server", {
    key: "k",
    fetch: fakeFetch({ "POST /api/v2/ws-tickets": no }),
  });
  await assert.rejects(client.request("echo"), /No such key/);
  assert.equal(client.state, "refused");
});

test("two subscriptions need two names", async () => {
  const { client } = await connected();
  client.subscribe("alerts");
  assert.throws(() => client.subscribe("alerts"), /another name/);
  client.subscribe("alerts", { name: "other" });
  client.close();
});

test("a connection is left for a new one when the network has changed", async () => {
  const { client, next, socket } = await connected();
  client.subscribe("alerts");
  client.reconnect(); // it is being opened: that goes on
  socket.welcome();
  socket.say({ type: "event", sub: "alerts", seq: 5, prev: 0, name: "alert:raised", data: {} });
  client.reconnect();
  assert.equal(socket.readyState, 3);
  client.retryNow();
  const second = await next(2);
  second.open();
  assert.deepEqual(second.frames("hello")[0]?.["resume"], { epoch: "e1", positions: { alerts: 5 } });
  client.close();
});

test("whoever polls can ask for the WebSocket", async () => {
  const fetch = fakeFetch({ ...TICKET, "GET /api/v2/entries": PAGE });
  const { client, next, socket } = await connected({ fetch, pollEveryMs: 100_000 });
  socket.hangUp(1006);
  (await next(2)).hangUp(1006);
  await until(() => client.state === "polling");
  client.retryNow();
  (await next(3)).welcome();
  await until(() => client.state === "live");
  client.close();
});

test("what is forgotten begins with the present", async () => {
  const positions = new MemoryPositions();
  positions.save({ epoch: "e1", positions: { alerts: 42, threats: 7 } });
  const { client, socket } = await connected({ positions });
  const alerts = client.subscribe("alerts");
  socket.welcome();
  alerts.close();
  await client.forget("alerts");
  await client.forget("alerts");
  client.subscribe("alerts");
  assert.deepEqual(
    socket.frames("subscribe").map((frame) => frame["from"]),
    [42, "now"],
  );
  assert.deepEqual(positions.load()?.positions, { threats: 7 });
  client.close();
});
