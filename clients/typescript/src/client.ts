/** The client: one connection that is kept up, with everything that has to survive its breaks. */
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Delivered } from "./delivered.js";
import { ClientError, ClosedError } from "./errors.js";
import type { LiveGap, State, Topic } from "./model.js";
import {
  type ClientOptions,
  type Filled,
  type RequestOptions,
  type SubscribeOptions,
  withDefaults,
} from "./options.js";
import { Pause } from "./pause.js";
import { newId, Running } from "./request.js";
import { fetchResult } from "./results.js";
import { Subscription } from "./subscription.js";
import { Http } from "./transport.js";
import { keepUp, type UpkeepParts } from "./upkeep.js";
import { VERSION } from "./version.js";

/** The server's names have at most 64 characters, and a pause adds a few. */
const NAME_LIMIT = 56;

/**
 * A connection to one NetSentinel. It connects when it is first asked for something, reconnects with jitter, and goes on
 * where it was. A program need not know of any of that: subscriptions simply go on, and requests are answered.
 */
export class Client {
  readonly #options: Filled;
  readonly #http: Http;
  readonly #delivered: Delivered;
  readonly #conversation: Conversation;
  readonly #connection: Connection;
  readonly #upkeep: UpkeepParts;
  readonly #pause = new Pause();
  readonly #stateListeners = new Set<(state: State) => void>();
  /** Requests that have ended, and whose results are being read. */
  readonly #fetching = new Set<Running>();
  #state: State = "idle";
  #running: AbortController | null = null;
  #fault: Error | null = null;
  #isLoaded = false;

  /** `url` is the server's, for example `https://sentinel.example.org`; in a page it may be `/`, where the page is from. */
  constructor(url: string, options: ClientOptions = {}) {
    const base = new URL(url, globalThis.location?.href).href.replace(/\/+$/, "");
    this.#options = withDefaults(options);
    this.#http = new Http(base, this.#options);
    this.#delivered = new Delivered(this.#options.positions);
    this.#conversation = new Conversation({
      client: this.#options.name,
      version: VERSION,
      fetchResult: (request, status, path) => this.#fetch(request, status, path),
    });
    this.#connection = new Connection(this.#conversation, this.#http);
    this.#upkeep = {
      options: this.#options,
      socketUrl: `${base.replace(/^http/, "ws")}/ws`,
      http: this.#http,
      conversation: this.#conversation,
      connection: this.#connection,
      pause: this.#pause,
      become: (state) => this.#become(state),
    };
  }

  // --- life

  /** How the connection stands. */
  get state(): State {
    return this.#state;
  }

  /** Calls the listener at each change of `state`; what comes back ends that. */
  readonly onState = (listener: (state: State) => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /** Connect now. Needed only to begin early, or again after `close` or a refusal. */
  connect(): void {
    if (this.#running !== null) return;
    const running = new AbortController();
    this.#running = running;
    this.#fault = null;
    this.#work(running.signal).then(
      () => undefined,
      (fault: unknown) => this.#end(running, fault instanceof Error ? fault : new ClientError(String(fault))),
    );
  }

  /** Try at once, where a break or a block is being waited out: the network is back, or a person asked for it. */
  readonly retryNow = (): void => {
    this.#pause.end();
  };

  /** Leave this connection for a new one: the network is another one than before, or gone. Nothing is lost by it. */
  reconnect(): void {
    this.#connection.drop();
    this.retryNow();
  }

  /** End the connection. Tasks on the server go on; what waits here ends with `ClosedError`. */
  close(): void {
    const running = this.#running;
    if (running === null) return;
    this.#end(running, new ClosedError("The client was closed."));
  }

  // --- what it is for

  /**
   * The events of a topic from now on, or from a position; to be read with `for await`. Throws when another open
   * subscription has the name.
   */
  subscribe<T extends Topic | (string & {})>(topic: T, options: SubscribeOptions = {}): Subscription<T> {
    const name = options.name ?? topic;
    const isOpen = this.#conversation.subscriptions.some((subscription) => subscription.name === name);
    if (isOpen || name.length > NAME_LIMIT || name === "")
      throw new RangeError(
        `There is a subscription ${name}; state another name (1 to ${NAME_LIMIT} characters).`,
      );
    this.#open();
    const { filter = [], from = null, onGap = sayGap, onStart = () => undefined } = options;
    const subscription = new Subscription<T>(
      { name, topic, filter, onGap, onStart },
      {
        storePosition: (...position) => this.#storePosition(...position),
        onRoom: (it) => this.#changed(() => this.#conversation.reopen(it)),
        onEnd: (it) => this.#changed(() => this.#conversation.end(it)),
      },
    );
    subscription.received = this.#delivered.get(name) ?? from;
    this.#changed(() => this.#conversation.open(subscription));
    return subscription;
  }

  /** Forget how far a subscription has come: the next one of this name begins with the present. */
  readonly forget = (name: string): Promise<void> => this.#delivered.forget(name);

  /** Ask for an action and wait for its result. Options and errors as in `start`. */
  async request(action: string, payload: object = {}, options: RequestOptions = {}): Promise<unknown> {
    return this.start(action, payload, options).result;
  }

  /** Ask for an action; `result` of what comes back is the answer, and the task can be paused and cancelled. */
  start(action: string, payload: object = {}, options: RequestOptions = {}): Running {
    const { signal, mode = "auto", deadlineMs, priority, requestId, onProgress, onAck } = options;
    signal?.throwIfAborted();
    this.#open();
    const frame = {
      type: "request",
      id: requestId ?? newId(),
      action,
      payload,
      mode,
      ...(deadlineMs !== undefined && { deadline_ms: deadlineMs }),
      ...(priority !== undefined && { priority }),
      ...(options.cancelOnDisconnect === true && { on_disconnect: "cancel" as const }),
    } as const;
    const { requests } = this.#conversation;
    if (requests.has(frame.id)) throw new RangeError(`The request ${frame.id} is under way.`);
    const request = new Running(frame, { onProgress, onAck }, (it) =>
      this.#changed(() => requests.control(it)),
    );
    this.#changed(() => requests.start(request));
    const abort = (): void => {
      request.fail(signal?.reason);
      if (request.wasSent) request.cancel();
      else requests.drop(request);
    };
    signal?.addEventListener("abort", abort, { once: true });
    void request.result.catch(() => undefined).then(() => signal?.removeEventListener("abort", abort));
    return request;
  }

  // --- what its parts ask for

  async #work(signal: AbortSignal): Promise<void> {
    if (!this.#isLoaded) await this.#load();
    await keepUp(this.#upkeep, signal);
  }

  async #load(): Promise<void> {
    await this.#delivered.load();
    this.#isLoaded = true;
    this.#conversation.epoch = this.#delivered.epoch;
    for (const subscription of this.#conversation.subscriptions) {
      subscription.epoch = this.#delivered.epoch;
      subscription.received = this.#delivered.get(subscription.name) ?? subscription.received;
    }
  }

  #fetch(request: Running, status: string, path: string): void {
    if (this.#running === null) return;
    this.#fetching.add(request);
    void fetchResult(this.#http, request, { status, path }, this.#running.signal).finally(() =>
      this.#fetching.delete(request),
    );
  }

  /** A position in a journal that was rebuilt while it waited for the program means nothing now. */
  #storePosition(name: string, seq: number, epoch: string): void | Promise<void> {
    if (epoch === this.#conversation.epoch) return this.#delivered.put(name, seq, epoch);
  }

  #changed(change: () => void): void {
    change();
    this.#connection.wake();
  }

  #open(): void {
    if (this.#fault !== null) throw this.#fault;
    this.connect();
  }

  #end(running: AbortController, fault: Error): void {
    if (this.#running !== running) return;
    this.#running = null;
    this.#fault = fault;
    const { subscriptions, requests } = this.#conversation;
    const waiting = [...requests, ...this.#fetching];
    running.abort();
    for (const request of waiting) {
      requests.drop(request);
      request.fail(fault);
    }
    for (const subscription of subscriptions) {
      this.#conversation.end(subscription);
      subscription.fail(fault);
    }
    this.#become(fault instanceof ClosedError ? "idle" : "refused");
  }

  #become(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

function sayGap(gap: LiveGap): void {
  const { topic, from, to, reason, snapshotUrl } = gap;
  // oxlint-disable-next-line no-console -- what happens to a gap when nobody else listens
  console.warn(
    `Events of ${topic} may be missing after ${from} up to ${to} (${reason}); read ${snapshotUrl}.`,
  );
}
