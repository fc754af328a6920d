import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { LiveClient, type LiveOptions } from "./live";

function connect(options: Partial<LiveOptions> = {}) {
  const live = new LiveClient({
    url: "ws://host/ws",
    version: "1",
    random: () => 0,
    isOnline: () => true,
    ...options,
  });
  const alerts = {
    onEvent: vi.fn<(name: string, data: unknown) => void>(),
    onGap: vi.fn<(reason: string) => void>(),
  };
  live.subscribe("alerts", alerts);
  live.start();
  return { live, alerts };
}

function establish(epoch = "e1", seq = 10): void {
  FakeSocket.last.open();
  FakeSocket.last.welcome({ epoch });
  FakeSocket.last.deliver({ type: "pong", t: FakeSocket.last.ofType("ping").at(-1)?.["t"], seq });
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.auto = false;
});

afterEach(() => {
  FakeSocket.auto = true;
});

describe("resume", () => {
  it("continues from the stored position after a break", () => {
    const { live, alerts } = connect();
    establish();
    FakeSocket.last.event("alerts", 12, "alert:raised", {}, 10);
    alerts.onGap.mockClear();
    FakeSocket.last.drop();
    expect(live.state).toBe("reconnecting");
    vi.advanceTimersByTime(250);
    establish();
    expect(FakeSocket.last.ofType("hello")[0]?.["resume"]).toEqual({
      epoch: "e1",
      positions: { alerts: 12 },
    });
    expect(FakeSocket.last.ofType("subscribe")[0]?.["from"]).toBe(12);
    expect(live.state).toBe("live");
    expect(alerts.onGap).not.toHaveBeenCalled();
  });

  it("continues after a reload of the page", () => {
    const { live: before } = connect();
    establish();
    before.stop();
    connect();
    FakeSocket.last.open();
    expect(FakeSocket.last.ofType("hello")[0]?.["resume"]).toEqual({
      epoch: "e1",
      positions: { alerts: 10 },
    });
  });

  it("starts afresh, with a snapshot, when the journal was rebuilt", () => {
    const { alerts } = connect();
    establish();
    alerts.onGap.mockClear();
    FakeSocket.last.drop();
    vi.advanceTimersByTime(250);
    establish("e2", 3);
    expect(FakeSocket.last.ofType("subscribe")[0]?.["from"]).toBe("now");
    expect(alerts.onGap).toHaveBeenCalledExactlyOnceWith("start");
  });

  it("forgets everything at the log-out", () => {
    const { live } = connect();
    establish();
    live.stop({ forget: true });
    expect(live.state).toBe("idle");
    expect(sessionStorage.getItem("netsentinel.live")).toBeNull();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("waiting", () => {
  it("backs off exponentially, and says offline after several failures", () => {
    const { live } = connect();
    const waits = [250, 500, 1_000, 2_000, 4_000];
    for (const [attempt, wait] of waits.entries()) {
      FakeSocket.last.drop();
      expect(live.state).toBe(attempt < 4 ? "reconnecting" : "offline");
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSocket.all).toHaveLength(attempt + 1);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all).toHaveLength(attempt + 2);
    }
    establish();
    expect(live.state).toBe("live");
  });

  it("notices a silent line by the missing heartbeats", () => {
    const { live } = connect();
    establish();
    vi.advanceTimersByTime(6_999);
    expect(live.state).toBe("live");
    vi.advanceTimersByTime(1);
    expect(live.state).toBe("reconnecting");
    expect(FakeSocket.all[0]?.closedWith).toBe(1000);
  });

  it("ignores what a dropped socket still says", () => {
    const { alerts } = connect();
    establish();
    const old = FakeSocket.last;
    vi.advanceTimersByTime(7_000 + 250);
    old.event("alerts", 99, "alert:raised", {}, 10);
    old.drop();
    expect(alerts.onEvent).not.toHaveBeenCalled();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("goes offline with the network and comes back with it, at once", () => {
    let online = true;
    const { live } = connect({ isOnline: () => online });
    establish();
    online = false;
    live.networkLost();
    expect(live.state).toBe("offline");
    online = true;
    live.reconnect();
    establish();
    expect(live.state).toBe("live");
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("tells its state to those who ask", () => {
    const { live } = connect();
    const seen = vi.fn<() => void>();
    const leave = live.onState(seen);
    establish();
    expect(seen).toHaveBeenCalledTimes(1);
    leave();
    live.stop();
    expect(seen).toHaveBeenCalledTimes(1);
    live.networkLost();
    live.reconnect();
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("close codes", () => {
  it("4401 ends the attempts and asks for a log-in", () => {
    const onUnauthenticated = vi.fn<() => void>();
    const { live } = connect({ onUnauthenticated });
    establish();
    FakeSocket.last.drop(4401);
    expect(onUnauthenticated).toHaveBeenCalledTimes(1);
    expect(live.state).toBe("refused");
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it.each([4403, 4409])("%i ends the attempts until somebody asks", (code) => {
    const { live } = connect();
    establish();
    FakeSocket.last.drop(code);
    expect(live.state).toBe("refused");
    live.reconnect();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it.each([
    ["an error frame", { type: "error", problem: { title: "x" }, retry_after_ms: 7_000 }, "", 7_000],
    ["the reason", null, "retry_after_ms=3000", 3_000],
    ["nobody", null, "", 2_000],
  ])("4503 waits as long as %s states", (_who, frame, reason, wait) => {
    connect();
    establish();
    if (frame !== null) FakeSocket.last.deliver(frame);
    FakeSocket.last.drop(4503, reason);
    vi.advanceTimersByTime(wait - 1);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("an ordinary break does not take over an older statement", () => {
    connect();
    establish();
    FakeSocket.last.deliver({ type: "error", problem: { title: "x" }, retry_after_ms: 60_000 });
    FakeSocket.last.drop(1006);
    vi.advanceTimersByTime(250);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("asks the API why, when the handshake was refused", () => {
    const onHandshakeFailed = vi.fn<() => void>();
    connect({ onHandshakeFailed });
    FakeSocket.last.drop();
    expect(onHandshakeFailed).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(250);
    FakeSocket.last.drop();
    expect(onHandshakeFailed).toHaveBeenCalledTimes(1);
  });
});
