import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { LiveClient, type LiveOptions } from "./live";

const STORED = "netsentinel.live";

function listener() {
  return {
    onEvent: vi.fn<(name: string, data: unknown) => void>(),
    onGap: vi.fn<(reason: string) => void>(),
  };
}

function start(options: Partial<LiveOptions> = {}) {
  const live = new LiveClient({
    url: "ws://host/ws",
    version: "1",
    random: () => 0,
    isOnline: () => true,
    ...options,
  });
  const alerts = listener();
  live.subscribe("alerts", alerts);
  live.start();
  return { live, alerts };
}

/** A client whose subscription stands and whose position is known. */
function running(options: Partial<LiveOptions> = {}) {
  const { live, alerts } = start(options);
  FakeSocket.last.open();
  FakeSocket.last.welcome();
  FakeSocket.last.deliver({ type: "pong", t: 1, seq: 10 });
  alerts.onGap.mockClear();
  return { live, alerts, socket: FakeSocket.last };
}

const stored = (): unknown => JSON.parse(sessionStorage.getItem(STORED) ?? "null");

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.auto = false;
});

afterEach(() => {
  FakeSocket.auto = true;
});

describe("opening", () => {
  it("speaks the sub-protocol and says hello first", () => {
    const { live } = start();
    expect(live.state).toBe("connecting");
    expect(FakeSocket.last.protocol).toBe("netsentinel.v1.json");
    expect(FakeSocket.last.sent).toEqual([]);
    FakeSocket.last.open();
    expect(FakeSocket.last.sent).toEqual([{ type: "hello", client: "dashboard", version: "1" }]);
  });

  it("subscribes after the welcome, then proves it by a ping", () => {
    const { live, alerts } = start();
    FakeSocket.last.open();
    FakeSocket.last.welcome();
    expect(live.state).toBe("live");
    expect(FakeSocket.last.sent.slice(1)).toEqual([
      { type: "subscribe", sub: "alerts", topic: "alerts", from: "now" },
      { type: "ping", t: 1 },
    ]);
    expect(alerts.onGap).not.toHaveBeenCalled();
    FakeSocket.last.deliver({ type: "pong", t: 1, seq: 7 });
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("start");
  });

  it("subscribes at once when a listener comes later, and unsubscribes with the last one", () => {
    const { live, socket } = running();
    const [one, other] = [live.subscribe("threats", listener()), live.subscribe("threats", listener())];
    expect(socket.ofType("subscribe")).toHaveLength(2);
    one();
    expect(socket.ofType("unsubscribe")).toHaveLength(0);
    other();
    other();
    expect(socket.ofType("unsubscribe")).toEqual([{ type: "unsubscribe", sub: "threats" }]);
  });

  it("does not connect twice", () => {
    const { live } = start();
    live.start();
    live.reconnect();
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("gives up on a server that never says welcome, and tries again", () => {
    const { live } = start();
    FakeSocket.last.open();
    vi.advanceTimersByTime(10_000);
    expect(FakeSocket.all[0]?.closedWith).toBe(1000);
    expect(live.state).toBe("reconnecting");
    vi.advanceTimersByTime(250);
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe("events", () => {
  it("stores the position before it delivers", () => {
    const { alerts, socket } = running();
    alerts.onEvent.mockImplementation(() => {
      expect(stored()).toEqual({ epoch: "e1", positions: { alerts: 11 } });
    });
    socket.event("alerts", 11, "alert:raised", { id: "a" }, 10);
    expect(alerts.onEvent).toHaveBeenCalledExactlyOnceWith("alert:raised", { id: "a" });
  });

  it("delivers none twice", () => {
    const { alerts, socket } = running();
    socket.event("alerts", 11, "alert:raised", {}, 10);
    socket.event("alerts", 11, "alert:raised", {}, 10);
    socket.event("alerts", 9, "alert:raised", {}, 8);
    expect(alerts.onEvent).toHaveBeenCalledTimes(1);
  });

  it("notices a lost frame by prev, and still delivers what came", () => {
    const { alerts, socket } = running();
    socket.event("alerts", 15, "alert:raised", {}, 13);
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("lost");
    expect(alerts.onEvent).toHaveBeenCalledTimes(1);
  });

  it("takes prev at or below its position as complete: pings moved it on", () => {
    const { alerts, socket } = running();
    socket.deliver({ type: "ping", t: 5, seq: 40 });
    socket.event("alerts", 41, "alert:raised", {}, 10);
    expect(alerts.onGap).not.toHaveBeenCalled();
  });

  it("goes back with a journal that was restored: its new events are not taken for old ones", () => {
    const { alerts, socket } = running();
    socket.event("alerts", 90, "alert:raised", {}, 10);
    socket.deliver({ type: "gap", sub: "alerts", from: 0, to: 30, reason: "epoch", snapshot_url: "/x" });
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("epoch");
    expect(stored()).toEqual({ epoch: "e1", positions: { alerts: 30 } });
    socket.event("alerts", 31, "alert:raised", {}, 30);
    expect(alerts.onEvent).toHaveBeenCalledTimes(2);
  });

  it("passes a gap on and continues behind it", () => {
    const { alerts, socket } = running();
    socket.deliver({ type: "gap", sub: "alerts", from: 10, to: 30, reason: "retention", snapshot_url: "/x" });
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("retention");
    expect(stored()).toEqual({ epoch: "e1", positions: { alerts: 30 } });
    socket.event("alerts", 31, "alert:raised", {}, 30);
    expect(alerts.onGap).toHaveBeenCalledTimes(1);
  });

  it("ignores what it does not know or cannot read", () => {
    const { alerts, socket } = running();
    for (const frame of [
      "{",
      "[]",
      "7",
      { type: "progress" },
      { type: "event", sub: "alerts" },
      { type: "gap" },
    ]) {
      socket.deliver(frame);
    }
    socket.event("metrics", 50, "x", {});
    socket.deliver({ type: "gap", sub: "metrics", from: 1, to: 2, reason: "overflow" });
    expect(alerts.onEvent).not.toHaveBeenCalled();
    expect(alerts.onGap).not.toHaveBeenCalled();
  });
});

describe("pings", () => {
  it("are answered, and move quiet subscriptions on", () => {
    const { socket } = running();
    socket.deliver({ type: "ping", t: 77, seq: 25 });
    expect(socket.ofType("pong")).toEqual([{ type: "pong", t: 77 }]);
    expect(stored()).toEqual({ epoch: "e1", positions: { alerts: 25 } });
  });

  it("do not speak for a subscription that the server has not worked on yet", () => {
    const { live, socket } = running();
    live.subscribe("threats", listener());
    socket.deliver({ type: "ping", t: 78, seq: 30 });
    expect(stored()).toEqual({ epoch: "e1", positions: { alerts: 30 } });
  });
});
