/** The valve between the live connection and the lists: while it is held, changes wait and are counted. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Alert } from "@/lib/model";

/** Beyond this many waiting alerts, fetching the list again is cheaper than merging. */
const MAX_WAITING = 2_000;

export type HoldReason = "paused" | "scrolled";

export interface StreamState {
  readonly paused: boolean;
  /** Held because the reader has scrolled down: rows must not move under their eyes. */
  readonly scrolled: boolean;
  readonly waiting: number;
}

interface StreamTarget {
  merge(alerts: readonly Alert[]): void;
  refetch(): void;
}

export class AlertStream {
  readonly #target: StreamTarget;
  readonly #waiting = new Map<string, Alert>();
  readonly #holds = new Set<HoldReason>();
  readonly #listeners = new Set<() => void>();
  #stale = false;
  #state: StreamState = { paused: false, scrolled: false, waiting: 0 };

  constructor(target: StreamTarget) {
    this.#target = target;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): StreamState => this.#state;

  push(alerts: readonly Alert[]): void {
    if (this.#holds.size === 0) return this.#target.merge(alerts);
    for (const alert of alerts) this.#waiting.set(alert.id, alert);
    this.#stale ||= this.#waiting.size > MAX_WAITING;
    this.#publish();
  }

  /** Something was missed: the lists must be fetched again, now or when nothing holds them any more. */
  gap(): void {
    if (this.#holds.size === 0) this.#target.refetch();
    else this.#stale = true;
  }

  hold(reason: HoldReason): void {
    if (this.#holds.has(reason)) return;
    this.#holds.add(reason);
    this.#publish();
  }

  release(reason: HoldReason): void {
    if (!this.#holds.delete(reason)) return;
    if (this.#holds.size === 0) this.#flow();
    this.#publish();
  }

  #flow(): void {
    const alerts = [...this.#waiting.values()];
    this.#waiting.clear();
    if (this.#stale) this.#target.refetch();
    else if (alerts.length > 0) this.#target.merge(alerts);
    this.#stale = false;
  }

  #publish(): void {
    this.#state = {
      paused: this.#holds.has("paused"),
      scrolled: this.#holds.has("scrolled"),
      waiting: this.#waiting.size,
    };
    for (const listener of this.#listeners) listener();
  }
}

export const AlertStreamContext = createContext<AlertStream | null>(null);

export function useAlertStream(): AlertStream {
  const stream = useContext(AlertStreamContext);
  if (stream === null) throw new Error("useAlertStream needs an AlertStreamContext above it");
  return stream;
}

export function useStreamState(): StreamState {
  const stream = useAlertStream();
  return useSyncExternalStore(stream.subscribe, stream.snapshot);
}
