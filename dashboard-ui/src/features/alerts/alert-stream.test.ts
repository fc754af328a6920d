import { describe, expect, it, vi } from "vitest";
import type { Alert } from "@/lib/model";
import { makeAlert } from "@/testing/fixtures";
import { AlertStream } from "./alert-stream";

function make() {
  const target = { merge: vi.fn<(alerts: readonly Alert[]) => void>(), refetch: vi.fn<() => void>() };
  return { target, stream: new AlertStream(target) };
}

describe("the valve", () => {
  it("lets everything through while nothing holds it", () => {
    const { target, stream } = make();
    stream.push([makeAlert()]);
    stream.gap();
    expect(target.merge).toHaveBeenCalledTimes(1);
    expect(target.refetch).toHaveBeenCalledTimes(1);
  });

  it("counts alerts, not changes, while it is held, and lets them go together", () => {
    const { target, stream } = make();
    const heard = vi.fn<() => void>();
    stream.subscribe(heard);
    stream.hold("paused");
    stream.hold("paused");
    stream.push([makeAlert(), makeAlert({ id: "b" })]);
    stream.push([makeAlert({ version: 2 })]);
    expect(stream.snapshot()).toEqual({ paused: true, scrolled: false, waiting: 2 });
    expect(target.merge).not.toHaveBeenCalled();
    stream.release("paused");
    expect(target.merge).toHaveBeenCalledExactlyOnceWith([makeAlert({ version: 2 }), makeAlert({ id: "b" })]);
    expect(stream.snapshot().waiting).toBe(0);
    expect(heard).toHaveBeenCalledTimes(4);
  });

  it("stays held until the last reason is gone", () => {
    const { target, stream } = make();
    stream.hold("paused");
    stream.hold("scrolled");
    stream.push([makeAlert()]);
    stream.release("scrolled");
    stream.release("scrolled");
    expect(target.merge).not.toHaveBeenCalled();
    stream.release("paused");
    expect(target.merge).toHaveBeenCalledTimes(1);
  });

  it("fetches again instead of merging when it missed something or holds too much", () => {
    const { target, stream } = make();
    stream.hold("paused");
    stream.gap();
    stream.release("paused");
    expect(target.refetch).toHaveBeenCalledTimes(1);
    stream.hold("paused");
    stream.push(Array.from({ length: 2_001 }, (_, index) => makeAlert({ id: String(index) })));
    stream.release("paused");
    expect(target.refetch).toHaveBeenCalledTimes(2);
    expect(target.merge).not.toHaveBeenCalled();
  });
});
