/** One request: sent until it is answered, on however many connections that takes. */
import { TaskFailedError } from "./errors.js";
import type * as wire from "./generated.js";
import type { Acknowledged, Progress } from "./model.js";

export type Wish = "cancel" | "pause" | "resume_task";

export interface RequestListeners {
  /** Told how far it is; at most ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told when it is a durable task. */
  readonly onAck?: ((ack: Acknowledged) => void) | undefined;
}

/** A request on its way; `result` is its answer. `Client.start` makes it. */
export class Running {
  /** The client's own; sending it again never runs the action twice. */
  readonly id: string;
  readonly action: string;
  /** As it is sent, and sent again after a reconnect. */
  readonly frame: wire.Request;
  /** Rejects with `ProblemError` when the server refused, with `TaskFailedError` when the task did not succeed. */
  readonly result: Promise<unknown>;
  /** Set when the server has made it a task. */
  taskId = "";
  /** It is on its way to the server, or there. */
  wasSent = false;
  /** What the program wants of the task and the server has not been told yet. */
  wish: Wish | null = null;
  /** On this connection a wish was sent: an error may be about that. */
  hasAsked = false;
  readonly #listeners: RequestListeners;
  readonly #control: (request: Running) => void;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #newest = -1;
  #done = false;

  constructor(frame: wire.Request, listeners: RequestListeners, control: (request: Running) => void) {
    this.id = frame.id;
    this.action = frame.action;
    this.frame = frame;
    this.#listeners = listeners;
    this.#control = control;
    let resolve!: (value: unknown) => void;
    let reject!: (error: unknown) => void;
    this.result = new Promise((...both) => {
      [resolve, reject] = both;
    });
    this.#resolve = resolve;
    this.#reject = reject;
    // Whoever does not look at the result does not want to be told of its failure as an unhandled rejection either.
    this.result.catch(() => undefined);
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Ask the server to cancel the task; the end still comes, as `cancelled` or as what it was before. */
  cancel(): void {
    this.#want("cancel");
  }

  /** Ask the server to pause the task. */
  pause(): void {
    this.#want("pause");
  }

  /** Ask the server to let a paused task go on. */
  resume(): void {
    this.#want("resume_task");
  }

  // --- from the connection

  /** The server has made it a task. */
  acknowledged(ack: Acknowledged): void {
    const known = this.taskId === ack.taskId;
    this.taskId = ack.taskId;
    if (!known && !this.#done) this.#listeners.onAck?.(ack);
  }

  /** The task has come further; what is older than something told before is left out. */
  progressed(number: number, progress: Progress): void {
    if (number <= this.#newest || this.#done) return;
    this.#newest = number;
    this.#listeners.onProgress?.(progress);
  }

  /** The connection was lost; the next one counts progress anew. */
  lost(): void {
    this.#newest = -1;
    this.hasAsked = false;
  }

  succeed(result: unknown): void {
    this.#done = true;
    this.#resolve(result);
  }

  /** The task has ended. */
  end(status: string, result: unknown): void {
    if (status === "succeeded") this.succeed(result);
    else this.fail(new TaskFailedError(this.action, this.taskId, status, result));
  }

  /** There will be no answer, or nobody who waits for it. */
  fail(error: unknown): void {
    this.#done = true;
    this.#reject(error);
  }

  #want(wish: Wish): void {
    this.wish = wish;
    this.#control(this);
  }
}

/** The id of a new request. Not `randomUUID`, which pages have over https only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `req-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
