/** What a client hands to its user: events, gaps, progress, results. */
import type { Condition, EventData, TopicEvents } from "./generated.js";

export type { Condition };

/** One of the topics that this version of the client knows; a newer server may have more. */
export type Topic = keyof TopicEvents;

export type Mode = "auto" | "sync" | "async";

/**
 * `polling`: the WebSocket is blocked on the way (or missing), and the journal is read over HTTP instead. `waiting`: the
 * connection was lost and is tried again soon. `refused`: the server said no, and trying has ended.
 */
export type State = "idle" | "connecting" | "live" | "polling" | "waiting" | "refused";

/** An event of a known topic: `name` tells which `data` it has, as the server declares it. */
type KnownEvent<T extends Topic> = {
  [N in TopicEvents[T]]: {
    readonly topic: T;
    readonly seq: number;
    readonly name: N;
    readonly data: EventData[N];
  };
}[TopicEvents[T]];

interface AnyEvent {
  readonly topic: string;
  readonly seq: number;
  readonly name: string;
  readonly data: unknown;
}

/**
 * Something happened that a subscription asked for. `seq` is its place in the server's journal: ascending within a
 * subscription, never twice.
 */
export type LiveEvent<T extends string = string> = T extends Topic ? KnownEvent<T> : AnyEvent;

/** Events of a subscription with `from` < `seq` <= `to` may be missing: read the present state, then go on. */
export interface LiveGap {
  readonly topic: string;
  readonly from: number;
  readonly to: number;
  /** `retention`, `overflow` or `epoch` as the server says; `lost` when this client noticed a missing frame. */
  readonly reason: string;
  /** Where the present state is to be read; empty when the server has not said. */
  readonly snapshotUrl: string;
}

/** How far a request has come. */
export interface Progress {
  readonly taskId: string;
  readonly percent: number;
  readonly stage: string;
  readonly message: string;
  readonly data: unknown;
}

/** A request is a durable task now: it goes on whatever happens to the connection. */
export interface Acknowledged {
  readonly taskId: string;
  /** The task was there already, from the same request sent before. */
  readonly duplicate: boolean;
  readonly estimatedMs: number | null;
}
