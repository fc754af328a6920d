/** The protocol `netsentinel.v1.json` without a socket: the server's frames in, the client's frames out. */
import { ProblemError } from "./errors.js";
import { readFrame } from "./frames.js";
import type * as wire from "./generated.js";
import type { LiveEvent } from "./model.js";
import { type FetchResult, Requests } from "./requests.js";
import type { Subscription } from "./subscription.js";

export interface ConversationOptions {
  /** What the client calls itself. */
  readonly client: string;
  readonly version: string;
  readonly fetchResult: FetchResult;
}

const HEARTBEAT_MS = 25_000;

/** What survives a reconnect: subscriptions with their positions, and requests that are not answered yet. */
export class Conversation {
  epoch = "";
  heartbeatMs = HEARTBEAT_MS;
  /** What the server allows in the long run; 0 before its welcome. */
  framesPerSecond = 0;
  frameBurst = 0;
  isWelcome = false;
  /** The server's wish, for the next attempt. */
  retryAfterMs: number | null = null;
  /** The last error that was about the connection itself. */
  lastProblem: ProblemError | null = null;
  /** Requests without an answer. */
  readonly requests: Requests;
  readonly #options: ConversationOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #snapshots = new Map<string, string>();
  #outgoing: string[] = [];
  #pings = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.requests = new Requests((frame) => this.#say(frame), options.fetchResult);
  }

  // --- the program's side

  /** Every open subscription. */
  get subscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** Add a subscription, and ask for it when the server is there. */
  open(subscription: Subscription): void {
    this.#subscriptions.set(subscription.wireName, subscription);
    subscription.epoch = this.epoch;
    if (this.isWelcome) this.#ask([subscription]);
  }

  /** Go on with a subscription that was paused, from where it stopped. */
  reopen(subscription: Subscription): void {
    if (this.#remove(subscription)) this.open(subscription);
  }

  /** Drop a subscription. */
  end(subscription: Subscription): void {
    this.#remove(subscription);
  }

  /** The next frame for the server. */
  next(): string | undefined {
    return this.#outgoing[0];
  }

  /** The next frame was sent. */
  sent(): void {
    this.#outgoing.shift();
  }

  // --- the connection's side

  /** Begin on a new connection. */
  hello(ticket: string | null): void {
    this.lost();
    const { client, version } = this.#options;
    const positions = Object.fromEntries(
      [...this.#subscriptions].flatMap(([name, { received }]) =>
        received === null ? [] : [[name, received]],
      ),
    );
    const resumes = this.epoch !== "" && Object.keys(positions).length > 0;
    this.#say({
      type: "hello",
      client,
      version,
      ...(ticket !== null && { ticket }),
      ...(resumes && { resume: { epoch: this.epoch, positions } }),
    });
  }

  /** The connection has ended. */
  lost(): void {
    this.isWelcome = false;
    this.#outgoing = [];
    for (const subscription of this.#subscriptions.values()) subscription.confirmed = false;
    this.requests.lost();
  }

  /** Work on a frame. What cannot be read, or is of a kind this client does not know, is left out. */
  receive(text: unknown): void {
    const frame = readFrame(text);
    if (frame !== null) this.#workOn(frame);
  }

  #workOn(frame: wire.ServerFrame): void {
    if (frame.type === "event") this.#event(frame);
    else if (frame.type === "gap") this.#gap(frame);
    else if (frame.type === "ping") this.#ping(frame);
    else if (frame.type === "pong") this.#pong(frame);
    else if (frame.type === "error") this.#error(frame);
    else if (frame.type === "welcome") this.#welcome(frame);
    else this.requests.receive(frame);
  }

  /** Take the server's epoch; when it is another one than before, positions mean nothing now. */
  enter(epoch: string): void {
    const changed = this.epoch !== "" && this.epoch !== epoch;
    this.epoch = epoch;
    for (const subscription of this.#subscriptions.values()) {
      if (changed) subscription.forgetPosition(this.#snapshotOf(subscription.topic));
      subscription.epoch = epoch;
    }
  }

  #welcome(frame: wire.Welcome): void {
    const limits: Partial<wire.Limits> | undefined = frame.limits;
    this.enter(frame.epoch);
    this.heartbeatMs = Math.max(100, frame.heartbeat_ms);
    this.framesPerSecond = limits?.frames_per_second ?? 0;
    this.frameBurst = limits?.frame_burst ?? 0;
    this.isWelcome = true;
    this.#ask(this.subscriptions);
    this.requests.welcome(limits?.max_requests ?? 0);
  }

  #ask(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) {
      if (subscription.paused) continue;
      subscription.confirmed = false;
      subscription.beginsNow = subscription.received === null;
      const { wireName: sub, topic, received, filter } = subscription;
      const from = received ?? "now";
      this.#say({ type: "subscribe", sub, topic, from, ...(filter.length > 0 && { filter }) });
    }
    // Frames are worked on in order, so the answer to this ping proves that the subscriptions stand.
    this.#pings += 1;
    this.#say({ type: "ping", t: this.#pings });
  }

  #event(frame: wire.Event): void {
    const subscription = this.#subscriptions.get(frame.sub);
    if (subscription === undefined) return;
    const { seq, prev, name, data } = frame;
    const event: LiveEvent = { topic: subscription.topic, seq, name, data };
    subscription.event(event, prev, this.#snapshotOf(subscription.topic));
  }

  #gap(frame: wire.Gap): void {
    const subscription = this.#subscriptions.get(frame.sub);
    if (subscription === undefined) return;
    const { topic } = subscription;
    const snapshotUrl = typeof frame.snapshot_url === "string" ? frame.snapshot_url : "";
    this.#snapshots.set(topic, snapshotUrl);
    subscription.gap({ topic, from: frame.from, to: frame.to, reason: frame.reason, snapshotUrl });
  }

  #ping(frame: wire.ServerPing): void {
    this.#say({ type: "pong", t: frame.t });
    this.#complete(frame.seq);
  }

  #pong(frame: wire.ServerPong): void {
    if (frame.t !== this.#pings) return;
    for (const subscription of this.#subscriptions.values()) subscription.confirm();
    this.#complete(frame.seq);
  }

  #complete(seq: number): void {
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.confirmed) subscription.complete(seq);
    }
  }

  #error(frame: wire.ErrorFrame): void {
    const problem = new ProblemError(frame.problem, frame.retryable);
    if (typeof frame.id === "string") this.requests.refused(frame.id, problem);
    else if (typeof frame.sub === "string") {
      const subscription = this.#subscriptions.get(frame.sub);
      this.#subscriptions.delete(frame.sub);
      subscription?.fail(problem);
    } else {
      this.lastProblem = problem;
      this.retryAfterMs = typeof frame.retry_after_ms === "number" ? frame.retry_after_ms : null;
    }
  }

  #snapshotOf(topic: string): string {
    return this.#snapshots.get(topic) ?? "";
  }

  /** Forget a subscription under the name the server knows; whether it was there. */
  #remove(subscription: Subscription): boolean {
    for (const [sub, known] of this.#subscriptions) {
      if (known !== subscription) continue;
      this.#subscriptions.delete(sub);
      if (this.isWelcome) this.#say({ type: "unsubscribe", sub });
      return true;
    }
    return false;
  }

  #say(frame: wire.ClientFrame): void {
    const text = JSON.stringify(frame);
    // A pong proves that we live, however much else waits.
    if (frame.type === "pong") this.#outgoing.unshift(text);
    else this.#outgoing.push(text);
  }
}
