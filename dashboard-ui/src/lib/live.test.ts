import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { Live, POSITIONS_KEY } from "./live";

const stored = (): unknown => JSON.parse(sessionStorage.getItem(POSITIONS_KEY) ?? "null");
const kept = (alerts: number) => ({ epoch: "e1", positions: { alerts } });

function listener() {
  return {
    onEvent: vi.fn<(name: string, data: unknown) => void>(),
    onGap: vi.fn<(reason: string) => void>(),
  };
}

const started: Live[] = [];

/** A connection that stands, with one listener to the alerts. */
async function running() {
  const live = new Live();
  started.push(live);
  const alerts = listener();
  const leave = live.subscribe("alerts", alerts);
  const before = FakeSocket.all.length;
  live.start();
  await vi.waitFor(() => expect(FakeSocket.all.length).toBe(before + 1));
  const socket = FakeSocket.last;
  await vi.waitFor(() => expect(socket.ofType("subscribe")).toHaveLength(1));
  return { live, alerts, leave, socket };
}

beforeEach(() => {
  FakeSocket.auto = true;
});

afterEach(() => {
  for (const live of started.splice(0)) live.stop();
});

describe("listening", () => {
  it("tells each listener of events in order, and stores the position before", async () => {
    const { live, alerts, socket } = await running();
    const other = listener();
    live.subscribe("alerts", other);
    other.onEvent.mockImplementation(() => expect(stored()).toEqual(kept(11)));
    socket.event("alerts", 11, "alert:raised", { id: "a" });
    socket.event("alerts", 11, "alert:raised", { id: "a" });
    await vi.waitFor(() => expect(other.onEvent).toHaveBeenCalledOnce());
    expect(alerts.onEvent).toHaveBeenCalledExactlyOnceWith("alert:raised", { id: "a" });
    expect(socket.ofType("subscribe")).toHaveLength(1);
  });

  it("asks for a snapshot when the subscription has begun, and at every gap", async () => {
    const { alerts, socket } = await running();
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("start");
    socket.deliver({ type: "gap", sub: "alerts", from: 1, to: 30, reason: "overflow" });
    await vi.waitFor(() => expect(alerts.onGap).toHaveBeenLastCalledWith("overflow"));
    expect(stored()).toEqual(kept(30));
  });

  it("goes on for the others when one listener throws", async () => {
    const reported = vi.fn<(error: unknown) => void>();
    vi.stubGlobal("reportError", reported);
    const { live, alerts, socket } = await running();
    const other = listener();
    live.subscribe("alerts", other);
    alerts.onEvent.mockImplementation(() => {
      throw new Error("mine");
    });
    socket.event("alerts", 11, "alert:raised", {});
    socket.event("alerts", 12, "alert:raised", {}, 11);
    await vi.waitFor(() => expect(other.onEvent).toHaveBeenCalledTimes(2));
    expect(reported).toHaveBeenCalledTimes(2);
  });

  it("ends with the last listener, and begins with the present the next time", async () => {
    const { live, leave, socket } = await running();
    const other = live.subscribe("alerts", listener());
    socket.event("alerts", 11, "alert:raised", {});
    await vi.waitFor(() => expect(stored()).toEqual(kept(11)));
    leave();
    leave();
    expect(socket.ofType("unsubscribe")).toEqual([]);
    other();
    expect(socket.ofType("unsubscribe")).toEqual([{ type: "unsubscribe", sub: "alerts" }]);
    expect(stored()).toEqual({ epoch: "e1", positions: {} });
    live.subscribe("alerts", listener());
    expect(socket.ofType("subscribe").at(-1)?.["from"]).toBe("now");
  });

  it("takes a part of a topic under a name of its own", async () => {
    const { live, socket } = await running();
    const filter = [{ field: "principal", op: "=", value: "usr_1" }] as const;
    live.subscribe({ name: "mine", topic: "tasks", filter }, listener());
    expect(socket.ofType("subscribe").at(-1)).toMatchObject({ sub: "mine", topic: "tasks", filter });
  });
});

describe("breaks", () => {
  it("go on from the position, also after a reload of the page", async () => {
    const { live, socket } = await running();
    socket.event("alerts", 11, "alert:raised", {});
    await vi.waitFor(() => expect(stored()).toEqual(kept(11)));
    live.stop();
    const { alerts, socket: second } = await running();
    expect(second.ofType("hello")[0]).toMatchObject({ client: "dashboard", resume: kept(11) });
    expect(second.ofType("subscribe")[0]?.["from"]).toBe(11);
    expect(alerts.onGap).not.toHaveBeenCalled();
  });

  it("work where the tab's storage is blocked", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("blocked");
    });
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new DOMException("blocked");
    });
    const { alerts, socket } = await running();
    socket.event("alerts", 11, "alert:raised", {});
    await vi.waitFor(() => expect(alerts.onEvent).toHaveBeenCalledOnce());
  });

  it("of the network are not waited for: the connection is made anew", async () => {
    const { live, socket } = await running();
    live.networkLost();
    expect(socket.readyState).toBe(3);
    await vi.waitFor(() => expect(FakeSocket.last).not.toBe(socket));
    live.retry();
    await vi.waitFor(() => expect(live.client.state).toBe("live"));
  });

  it("that are a refusal end it, until somebody asks; what is listened to meanwhile comes with it", async () => {
    const { live, alerts, socket } = await running();
    socket.drop(4403);
    await vi.waitFor(() => expect(live.client.state).toBe("refused"));
    const threats = listener();
    live.subscribe("threats", threats);
    live.retry();
    await vi.waitFor(() => expect(FakeSocket.last.ofType("subscribe")).toHaveLength(2));
    FakeSocket.last.event("alerts", 11, "alert:raised", {});
    FakeSocket.last.event("threats", 12, "threat:updated", {});
    await vi.waitFor(() => expect(threats.onEvent).toHaveBeenCalledOnce());
    expect(alerts.onEvent).toHaveBeenCalledOnce();
  });

  it("are no business of a stopped connection", async () => {
    const { live, socket } = await running();
    live.stop();
    live.retry();
    expect(live.client.state).toBe("idle");
    expect(FakeSocket.last).toBe(socket);
  });
});
