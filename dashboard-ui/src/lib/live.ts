/**
 * The live client: one WebSocket that speaks `netsentinel.v1.json`, resumes after a break and never loses an event in
 * silence. It knows nothing of React or of the pages; listeners get events in order, or are told to fetch a snapshot.
 */
import { backoffMs } from "./backoff";
import {
  type ClientFrame,
  type PingFrame,
  parseFrame,
  SUBPROTOCOL,
  type Topic,
  type WelcomeFrame,
} from "./live-frames";
import { type PositionStorage, Positions } from "./live-positions";
import { Subscriptions, type TopicListener } from "./live-subscriptions";

export type { Topic } from "./live-frames";
export type { TopicListener } from "./live-subscriptions";

/** `offline`: no network, or several attempts failed in a row (trying goes on). `refused`: the server said no. */
export type LiveState = "idle" | "connecting" | "live" | "reconnecting" | "offline" | "refused";

export interface LiveOptions {
  readonly url: string;
  readonly version: string;
  readonly open?: (url: string, protocol: string) => WebSocket;
  readonly storage?: PositionStorage;
  readonly random?: () => number;
  readonly isOnline?: () => boolean;
  /** The session has ended (close code 4401). */
  readonly onUnauthenticated?: () => void;
  /** A connection failed before it opened; the reason is hidden from scripts, so ask the API. */
  readonly onHandshakeFailed?: () => void;
}

const WELCOME_TIMEOUT_MS = 10_000;
const OPEN = 1;
const OFFLINE_AFTER = 4;
/** Close codes that end the attempts (not authenticated, not allowed, replaced): somebody has to do something first. */
const FINAL_CODES: ReadonlySet<number> = new Set([4401, 4403, 4409]);
/** Close codes with a delay of their own (too many, draining), used when the server states none; milliseconds. */
const SLOWED_CODES: Readonly<Record<number, number>> = { 4429: 10_000, 4503: 2_000 };

export class LiveClient {
  readonly #options: LiveOptions;
  readonly #positions: Positions;
  readonly #subscriptions: Subscriptions;
  readonly #stateListeners = new Set<() => void>();
  #state: LiveState = "idle";
  #socket: WebSocket | null = null;
  #welcomed = false;
  #attempt = 0;
  #statedDelayMs: number | null = null;
  #pings = 0;
  #silenceMs = WELCOME_TIMEOUT_MS;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#positions = new Positions(options.storage ?? globalThis.sessionStorage);
    this.#subscriptions = new Subscriptions(this.#positions);
  }

  get state(): LiveState {
    return this.#state;
  }

  /** For `useSyncExternalStore`. */
  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  start(): void {
    if (this.#socket === null && this.#retry === undefined) this.#connect();
  }

  /** Ends the connection. Positions stay, so that another start resumes, unless they are to be forgotten. */
  stop({ forget = false } = {}): void {
    this.#drop();
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#attempt = 0;
    if (forget) this.#positions.clear();
    this.#become("idle");
  }

  /** Tries at once instead of waiting: the network is back, or a person asked for it. */
  readonly reconnect = (): void => {
    if (this.#state === "idle" || this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.#connect();
  };

  /** The network is gone: say so now rather than when a time-out notices. */
  readonly networkLost = (): void => {
    if (this.#state === "idle" || this.#state === "refused") return;
    this.#drop();
    this.#scheduleRetry();
    this.#become("offline");
  };

  subscribe(topic: Topic, listener: TopicListener): () => void {
    if (this.#subscriptions.add(topic, listener) && this.#welcomed) this.#sendSubscribe([topic]);
    return () => {
      const emptied = this.#subscriptions.remove(topic, listener);
      if (emptied && this.#welcomed) this.#send({ type: "unsubscribe", sub: topic });
    };
  }

  #connect(): void {
    this.#retry = undefined;
    this.#become(this.#attempt === 0 && this.#state !== "offline" ? "connecting" : this.#waitingState());
    const open = this.#options.open ?? ((url, protocol) => new WebSocket(url, protocol));
    const socket = open(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    let opened = false;
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      opened = true;
      const resume = this.#positions.resume;
      const hello = { type: "hello", client: "dashboard", version: this.#options.version } as const;
      this.#send(resume === null ? hello : { ...hello, resume });
    });
    socket.addEventListener("message", (message) => {
      if (socket === this.#socket) this.#receive(message.data);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#drop();
      this.#closed(code, reason, opened);
    });
    this.#silenceMs = WELCOME_TIMEOUT_MS;
    this.#feedWatchdog();
  }

  #receive(text: unknown): void {
    this.#feedWatchdog();
    const frame = parseFrame(text);
    if (frame?.type === "welcome") this.#welcome(frame);
    else if (frame?.type === "event") this.#subscriptions.event(frame);
    else if (frame?.type === "gap") this.#subscriptions.gap(frame);
    else if (frame?.type === "ping") this.#ping(frame);
    else if (frame?.type === "pong") this.#pong(frame);
    else if (frame?.type === "error") this.#statedDelayMs = frame.retryAfterMs;
  }

  #welcome(frame: WelcomeFrame): void {
    this.#welcomed = true;
    this.#attempt = 0;
    this.#statedDelayMs = null;
    // Two silent heartbeats and a little: the line is dead even if no close ever arrives.
    this.#silenceMs = frame.heartbeat_ms * 2 + 5_000;
    this.#feedWatchdog();
    this.#positions.enter(frame.epoch);
    this.#sendSubscribe(this.#subscriptions.topics);
    this.#become("live");
  }

  #sendSubscribe(topics: readonly Topic[]): void {
    for (const frame of this.#subscriptions.frames(topics)) this.#send(frame);
    // Frames are worked on in order, so the answer to this ping proves that the subscriptions stand.
    this.#pings += 1;
    this.#send({ type: "ping", t: this.#pings });
  }

  #ping(frame: PingFrame): void {
    this.#send({ type: "pong", t: frame.t });
    this.#subscriptions.complete(frame.seq);
  }

  #pong(frame: PingFrame): void {
    if (frame.t !== this.#pings) return;
    this.#subscriptions.confirm();
    this.#subscriptions.complete(frame.seq);
  }

  #closed(code: number, reason: string, opened: boolean): void {
    if (FINAL_CODES.has(code)) {
      this.#become("refused");
      if (code === 4401) this.#options.onUnauthenticated?.();
      return;
    }
    // The close's reason may state the delay in milliseconds, as may an `error` frame just before it.
    const stated = /\d+/.exec(reason)?.[0];
    const slowed = SLOWED_CODES[code];
    if (slowed === undefined) this.#statedDelayMs = null;
    else this.#statedDelayMs ??= stated === undefined ? slowed : Number(stated);
    this.#scheduleRetry();
    this.#become(this.#waitingState());
    if (!opened && this.#attempt % 5 === 1) this.#options.onHandshakeFailed?.();
  }

  #scheduleRetry(): void {
    clearTimeout(this.#retry);
    const random = (this.#options.random ?? Math.random)();
    // A stated delay gets up to a fifth more, so that a restart is not followed by a stampede.
    const stated = this.#statedDelayMs;
    const delay = stated === null ? backoffMs(this.#attempt, random) : stated * (1 + random / 5);
    this.#statedDelayMs = null;
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  #waitingState(): LiveState {
    const online = (this.#options.isOnline ?? (() => globalThis.navigator.onLine))();
    return !online || this.#attempt > OFFLINE_AFTER ? "offline" : "reconnecting";
  }

  #feedWatchdog(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      const welcomed = this.#welcomed;
      this.#drop();
      this.#closed(4000, "", welcomed);
    }, this.#silenceMs);
  }

  /** Forgets the socket before closing it, so that its late messages and its close are not ours any more. */
  #drop(): void {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    socket?.close(1000);
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}
