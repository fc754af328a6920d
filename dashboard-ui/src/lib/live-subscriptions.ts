/** Who listens to what, and how far each subscription has come. No socket here: frames in, frames out. */
import type { ClientFrame, EventFrame, GapFrame, Topic } from "./live-frames";
import type { Positions } from "./live-positions";

export interface TopicListener {
  onEvent(name: string, data: unknown): void;
  /** Events are missing (or may be): fetch what you show again. */
  onGap(reason: string): void;
}

interface Subscription {
  readonly topic: Topic;
  readonly listeners: Set<TopicListener>;
  /** The server has worked on our `subscribe`: from here its pings speak for this subscription too. */
  confirmed: boolean;
  /** Subscribed without a position: a snapshot taken before may lack something. */
  fresh: boolean;
}

export class Subscriptions {
  readonly #subs = new Map<string, Subscription>();
  readonly #positions: Positions;

  constructor(positions: Positions) {
    this.#positions = positions;
  }

  get topics(): Topic[] {
    return [...this.#subs.values()].map(({ topic }) => topic);
  }

  /** Whether the topic is new and the server must be told. */
  add(topic: Topic, listener: TopicListener): boolean {
    const known = this.#subs.get(topic);
    if (known === undefined) {
      this.#subs.set(topic, { topic, listeners: new Set([listener]), confirmed: false, fresh: true });
      return true;
    }
    known.listeners.add(listener);
    return false;
  }

  /** Whether that was the topic's last listener and the server must be told. */
  remove(topic: Topic, listener: TopicListener): boolean {
    const sub = this.#subs.get(topic);
    if (sub === undefined || !sub.listeners.delete(listener) || sub.listeners.size > 0) return false;
    this.#subs.delete(topic);
    this.#positions.forget(topic);
    return true;
  }

  /** The `subscribe` frames for these topics, from where each one was. */
  frames(topics: readonly Topic[]): ClientFrame[] {
    const frames: ClientFrame[] = [];
    for (const topic of topics) {
      const sub = this.#subs.get(topic);
      if (sub === undefined) continue;
      const from = this.#positions.get(topic) ?? "now";
      sub.confirmed = false;
      sub.fresh = from === "now";
      frames.push({ type: "subscribe", sub: topic, topic, from });
    }
    return frames;
  }

  /** The server has worked on every `subscribe` so far. */
  confirm(): void {
    for (const [topic, sub] of this.#subs) {
      if (sub.confirmed) continue;
      sub.confirmed = true;
      if (sub.fresh) this.#tellGap(topic, "start");
      sub.fresh = false;
    }
  }

  event({ sub: topic, seq, prev, name, data }: EventFrame): void {
    const sub = this.#subs.get(topic);
    if (sub === undefined) return;
    const position = this.#positions.get(topic);
    if (position !== undefined && seq <= position) return; // delivered before the break
    this.#positions.advance([topic], seq); // stored before it is delivered
    if (position !== undefined && prev > position) this.#tellGap(topic, "lost");
    for (const listener of sub.listeners) listener.onEvent(name, data);
  }

  gap({ sub: topic, to, reason }: GapFrame): void {
    if (!this.#subs.has(topic)) return;
    if (reason === "epoch") this.#positions.reset(topic, to);
    else this.#positions.advance([topic], to);
    this.#tellGap(topic, reason);
  }

  /** Every confirmed subscription is complete up to here. */
  complete(seq: number | null): void {
    if (seq === null) return;
    const confirmed = [...this.#subs].filter(([, sub]) => sub.confirmed).map(([topic]) => topic);
    this.#positions.advance(confirmed, seq);
  }

  #tellGap(topic: string, reason: string): void {
    for (const listener of this.#subs.get(topic)?.listeners ?? []) listener.onGap(reason);
  }
}
