/**
 * The live connection: the server's public client, with one subscription for all parts of the page that listen to the same
 * thing. It knows nothing of React; listeners get events in order, or are told to fetch a snapshot.
 */
import {
  Client,
  ClientError,
  type Condition,
  type PositionStore,
  type Positions,
  StoragePositions,
  type Subscription,
  type Topic,
} from "@netsentinel/client";

export type { Progress, Running, State, Topic } from "@netsentinel/client";

export interface TopicListener {
  onEvent(name: string, data: unknown): void;
  /** Events are missing (or may be): fetch what you show again. */
  onGap(reason: string): void;
}

/** What of a topic is listened to, under a name of its own. */
export interface Feed {
  readonly name: string;
  readonly topic: Topic;
  readonly filter: readonly Condition[];
}

/** Where this tab remembers how far it has come, so that a reload goes on from there. */
export const POSITIONS_KEY = "netsentinel.live";

/** Where the tab's storage is full or blocked, positions last as long as the page, and a reload starts from a snapshot. */
class TabPositions implements PositionStore {
  readonly #kept = new StoragePositions(sessionStorage, POSITIONS_KEY);

  load(): Positions | null {
    try {
      return this.#kept.load();
    } catch {
      return null;
    }
  }

  save(positions: Positions): void {
    try {
      this.#kept.save(positions);
    } catch {
      // See above.
    }
  }
}

interface Shared {
  readonly feed: Feed;
  readonly listeners: Set<TopicListener>;
  subscription: Subscription | null;
}

const feedOf = (what: Topic | Feed): Feed =>
  typeof what === "string" ? { name: what, topic: what, filter: [] } : what;

export class Live {
  readonly client = new Client("/", {
    name: "dashboard",
    positions: new TabPositions(),
    fetch: (...call) => globalThis.fetch(...call),
  });
  readonly #shared = new Map<string, Shared>();
  #isStarted = false;

  /** Connects; also again after `stop`, and after the server said no. */
  start(): void {
    this.#isStarted = true;
    this.client.connect();
    for (const shared of this.#shared.values()) this.#open(shared);
  }

  /** Ends the connection. Positions stay, so that another start goes on from them. */
  stop(): void {
    this.#isStarted = false;
    this.client.close();
  }

  /** Tries at once instead of waiting: the network is back, or a person asked for it. */
  readonly retry = (): void => {
    if (this.client.state !== "refused") this.client.retryNow();
    else if (this.#isStarted) this.start();
  };

  /** The network is gone or another one: leaves the connection now rather than when its silence is noticed. */
  readonly networkLost = (): void => this.client.reconnect();

  subscribe(what: Topic | Feed, listener: TopicListener): () => void {
    const feed = feedOf(what);
    const known = this.#shared.get(feed.name);
    const shared = known ?? { feed, listeners: new Set(), subscription: null };
    shared.listeners.add(listener);
    if (known === undefined) {
      this.#shared.set(feed.name, shared);
      if (this.#isStarted) this.#open(shared);
    }
    return () => this.#leave(shared, listener);
  }

  /** With its last listener a subscription ends, and begins with the present the next time. */
  #leave(shared: Shared, listener: TopicListener): void {
    if (!shared.listeners.delete(listener) || shared.listeners.size > 0) return;
    const { feed, subscription } = shared;
    this.#shared.delete(feed.name);
    shared.subscription = null;
    if (!this.#isStarted) return; // the page is left: a reload goes on from here
    subscription?.close();
    void this.client.forget(feed.name);
  }

  #open(shared: Shared): void {
    if (shared.subscription !== null || this.client.state === "refused") return;
    const { name, topic, filter } = shared.feed;
    const subscription = this.client.subscribe<string>(topic, {
      name,
      filter,
      // What was fetched before may lack something.
      onStart: () => each(shared, (listener) => listener.onGap("start")),
      onGap: ({ reason }) => each(shared, (listener) => listener.onGap(reason)),
    });
    shared.subscription = subscription;
    void this.#read(shared, subscription);
  }

  async #read(shared: Shared, subscription: Subscription): Promise<void> {
    try {
      for await (const { name, data } of subscription) {
        if (shared.subscription !== subscription) return;
        each(shared, (listener) => listener.onEvent(name, data));
      }
    } catch (error) {
      // The server refused this topic or the whole client, or it was stopped: `start` asks again.
      if (!(error instanceof ClientError)) throw error;
      if (shared.subscription === subscription) shared.subscription = null;
    }
  }
}

/** Calls each listener; what one of them throws is reported, and is no end for the others. */
function each(shared: Shared, tell: (listener: TopicListener) => void): void {
  for (const listener of shared.listeners) {
    try {
      tell(listener);
    } catch (error) {
      reportError(error);
    }
  }
}
