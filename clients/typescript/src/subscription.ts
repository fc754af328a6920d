/** One subscription: what arrived and waits for the program, and how far the program has come. */
import type { Condition, LiveEvent, LiveGap } from "./model.js";

/** Events that may wait for the program. When more come the server is asked to stop, and to go on from here later. */
export const MOST_WAITING = 1_000;
export const RESUME_BELOW = MOST_WAITING / 4;

/** What a subscription asks of its client. */
export interface SubscriptionHost {
  /** Write down how far the program has come, in the journal of this epoch. */
  storePosition(name: string, seq: number, epoch: string): void | Promise<void>;
  /** There is room again after a pause. */
  onRoom(subscription: Subscription): void;
  onEnd(subscription: Subscription): void;
}

export interface SubscriptionOptions<T extends string = string> {
  readonly name: string;
  readonly topic: T;
  readonly filter: readonly Condition[];
  readonly onGap: (gap: LiveGap) => void;
  readonly onStart: () => void;
}

type Item =
  | { readonly epoch: string; readonly event: LiveEvent }
  | { readonly epoch: string; readonly gap: LiveGap }
  | { readonly epoch: string; readonly seq: number };

/**
 * An endless stream of a topic's events, to be read with `for await`. `Client.subscribe` makes it.
 *
 * Every event comes once and in order, across reconnects, and across restarts of the program where the client keeps its
 * positions. Where the server no longer has events, `onGap` is told of the gap, in its place. Leaving the loop ends it.
 */
export class Subscription<T extends string = string> implements AsyncIterable<LiveEvent<T>> {
  readonly name: string;
  readonly topic: T;
  readonly filter: readonly Condition[];
  /** Everything up to here has arrived; null before the first word from the server. */
  received: number | null = null;
  /** The journal's that arriving events belong to. */
  epoch = "";
  /** The server works on it: its pings speak for this subscription too. */
  confirmed = false;
  /** It was asked for without a position. */
  beginsNow = true;
  /** The program reads too slowly: what comes is left on the server until there is room. */
  paused = false;
  readonly #options: SubscriptionOptions<T>;
  readonly #host: SubscriptionHost;
  #generation = 0;
  #waiting: Item[] = [];
  #arrived: () => void = () => undefined;
  #fault: Error | null = null;
  #ended = false;

  constructor(options: SubscriptionOptions<T>, host: SubscriptionHost) {
    this.name = options.name;
    this.topic = options.topic;
    this.filter = options.filter;
    this.#options = options;
    this.#host = host;
  }

  /** What the server calls it; another one after each pause, so that late frames of the old one are known. */
  get wireName(): string {
    return this.#generation === 0 ? this.name : `${this.name}~${this.#generation}`;
  }

  // --- from the connection

  /** Take an event over, once. */
  event(event: LiveEvent, prev: number, snapshotUrl: string): void {
    const { received } = this;
    if (this.paused || (received !== null && event.seq <= received)) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.paused = true;
      return;
    }
    if (received !== null && prev > received) {
      const gap = { topic: this.topic, from: received, to: prev, reason: "lost", snapshotUrl };
      this.#put({ epoch: this.epoch, gap });
    }
    this.received = event.seq;
    this.#put({ epoch: this.epoch, event });
  }

  /** Take the server's word that events may be missing. */
  gap(gap: LiveGap): void {
    if (this.paused) return;
    const { received } = this;
    this.received = gap.reason === "epoch" ? gap.to : Math.max(gap.to, received ?? 0);
    // A gap that begins after our position comes behind a frame that was lost: what that brought is missing too.
    const from = received === null || gap.reason === "epoch" ? gap.from : Math.min(gap.from, received);
    this.#put({ epoch: this.epoch, gap: { ...gap, from } });
  }

  /** Nothing more will come up to `seq`. */
  complete(seq: number): void {
    if (this.paused || seq <= (this.received ?? -1)) return;
    this.received = seq;
    const last = this.#waiting.at(-1);
    if (last !== undefined && "seq" in last) this.#waiting.pop();
    this.#put({ epoch: this.epoch, seq });
  }

  /** The server works on the subscription: from here on nothing is missed. */
  confirm(): void {
    if (this.confirmed) return;
    this.confirmed = true;
    if (this.beginsNow) this.#options.onStart();
    this.beginsNow = false;
  }

  /** The journal was rebuilt: positions of the old one mean nothing. */
  forgetPosition(snapshotUrl: string): void {
    if (this.received !== null) {
      const gap = { topic: this.topic, from: this.received, to: 0, reason: "epoch", snapshotUrl };
      this.#put({ epoch: this.epoch, gap });
    }
    this.received = null;
  }

  /** Let the reader have what arrived, then this. */
  fail(fault: Error): void {
    this.#fault = fault;
    this.#arrived();
  }

  // --- from the program

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent<T>, void, undefined> {
    try {
      for (;;) {
        const item = this.#waiting.shift();
        if (item !== undefined) {
          this.#makeRoom();
          const event = await this.#take(item);
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server sends the topic's own events only
          if (event !== null) yield event as LiveEvent<T>;
        } else if (this.#fault !== null) throw this.#fault;
        else if (this.#ended) return;
        else await this.#arrival();
      }
    } finally {
      this.close();
    }
  }

  /** End it; a loop over it ends after what has arrived. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.onEnd(this);
    this.#arrived();
  }

  /** The event to deliver, when the item is one; its position is stored before. */
  async #take(item: Item): Promise<LiveEvent | null> {
    const seq = "event" in item ? item.event.seq : "gap" in item ? item.gap.to : item.seq;
    await this.#host.storePosition(this.name, seq, item.epoch);
    if ("event" in item) return item.event;
    if ("gap" in item) this.#options.onGap(item.gap);
    return null;
  }

  #makeRoom(): void {
    if (!this.paused || this.#waiting.length > RESUME_BELOW) return;
    this.paused = false;
    this.#generation += 1;
    this.#host.onRoom(this);
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve;
    });
  }

  #put(item: Item): void {
    this.#waiting.push(item);
    this.#arrived();
  }
}
