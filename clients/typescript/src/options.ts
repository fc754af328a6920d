/** What can be said to a client, and what it assumes otherwise. */
import type { Acknowledged, Condition, LiveGap, Mode, Progress } from "./model.js";
import { MemoryPositions, type PositionStore } from "./positions.js";
import type { SocketConstructor } from "./transport.js";

const POLL_EVERY_MS = 2_000;
const PROBE_EVERY_MS = 60_000;

export interface ClientOptions {
  /** An API key. A page of the server's own leaves it out: the session's cookie is enough. */
  readonly key?: string;
  /** Where to remember how far subscriptions have come; in memory, if not stated. */
  readonly positions?: PositionStore;
  /** What this program calls itself in the server's list of connections. */
  readonly name?: string;
  /**
   * The class of WebSockets: `globalThis.WebSocket`, if not stated. Node 20 has none and takes that of the package `ws`;
   * with null, or where there is none, the journal is read over HTTP.
   */
  readonly WebSocket?: SocketConstructor | null;
  readonly fetch?: typeof fetch;
  /** Milliseconds between two looks while the WebSocket is blocked. */
  readonly pollEveryMs?: number;
  /** Milliseconds between two tries of the WebSocket while it is blocked. */
  readonly probeEveryMs?: number;
  /** In [0, 1), for the jitter. */
  readonly chance?: () => number;
}

export interface SubscribeOptions {
  /** Conditions that all have to hold. */
  readonly filter?: readonly Condition[];
  /** Under which the position is remembered; the topic, if not stated. Two subscriptions need two names. */
  readonly name?: string;
  /** Begin after this place in the journal, not now. A remembered position goes before it. */
  readonly from?: number | null;
  /** Told, in its place between events, when events may be missing. Otherwise the console is. */
  readonly onGap?: (gap: LiveGap) => void;
  /** Told when the subscription has begun with the present: what is read from now on lacks nothing that it will bring. */
  readonly onStart?: () => void;
}

export interface RequestOptions {
  /** `auto` lets the server decide whether to answer at once or to make it a task. */
  readonly mode?: Mode;
  /** When the task has not ended by then, the server ends it. */
  readonly deadlineMs?: number;
  /** 0 to 9; higher goes first. */
  readonly priority?: number;
  /** End the task when this connection is lost. */
  readonly cancelOnDisconnect?: boolean;
  /** To ask again, perhaps from another run of the program, for the very same request. */
  readonly requestId?: string;
  /** Gives up waiting, and cancels the task. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onAck?: (ack: Acknowledged) => void;
}

/** Options with everything filled in. */
export type Filled = Required<Omit<ClientOptions, "WebSocket">> & {
  readonly WebSocket: SocketConstructor | null;
};

export function withDefaults(options: ClientOptions): Filled {
  return {
    key: "",
    positions: new MemoryPositions(),
    name: "netsentinel-client",
    WebSocket: globalThis.WebSocket ?? null,
    fetch: globalThis.fetch,
    pollEveryMs: POLL_EVERY_MS,
    probeEveryMs: PROBE_EVERY_MS,
    chance: Math.random,
    ...options,
  };
}
