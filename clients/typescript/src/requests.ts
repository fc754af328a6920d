/** The requests of a conversation: asked again on each connection, as many at once as the server allows. */
import type { ProblemError } from "./errors.js";
import type * as wire from "./generated.js";
import type { Running } from "./request.js";

/** Reads a result that was too large for a frame, then ends the request. */
export type FetchResult = (request: Running, status: string, url: string) => void;

type Answer = wire.Ack | wire.Response | wire.ProgressFrame | wire.Complete;

export class Requests implements Iterable<Running> {
  readonly #say: (frame: wire.ClientFrame) => void;
  readonly #fetchResult: FetchResult;
  readonly #open = new Map<string, Running>();
  /** Those that the server has been asked on this connection. */
  readonly #asked = new Set<string>();
  #most = 0;
  #isWelcome = false;

  constructor(say: (frame: wire.ClientFrame) => void, fetchResult: FetchResult) {
    this.#say = say;
    this.#fetchResult = fetchResult;
  }

  [Symbol.iterator](): IterableIterator<Running> {
    return [...this.#open.values()].values();
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Send a request, and again after each reconnect until it is answered. */
  start(request: Running): void {
    this.#open.set(request.id, request);
    this.#ask();
  }

  /** Forget a request that was answered, here or elsewhere. */
  drop(request: Running): void {
    this.#open.delete(request.id);
    this.#asked.delete(request.id);
    this.#ask();
  }

  /** Tell the server what the program wants of a task; later, where that is not possible now. */
  control(request: Running): void {
    const { wish, taskId, id } = request;
    if (!this.#isWelcome || wish === null || taskId === "" || !this.#asked.has(id)) return;
    this.#say({ type: wish, id, task_id: taskId });
    request.hasAsked = true;
    // That a task is to end is said again on the next connection; to pause it again could undo what somebody else did.
    if (wish !== "cancel") request.wish = null;
  }

  /** The server listens, and works on so many requests at once (0: it does not say). */
  welcome(most: number): void {
    this.#most = most;
    this.#isWelcome = true;
    this.#ask();
  }

  lost(): void {
    this.#isWelcome = false;
    this.#asked.clear();
    for (const request of this.#open.values()) request.lost();
  }

  receive(frame: Answer): void {
    const request = this.#open.get(frame.id);
    if (request === undefined) return;
    if (frame.type === "ack") this.#acknowledged(request, frame);
    else if (frame.type === "progress") progressed(request, frame);
    else if (frame.type === "complete") this.#completed(request, frame);
    else {
      this.drop(request);
      request.succeed(frame.data ?? null);
    }
  }

  /** An error about a request: its answer, unless it is a task and the error may be about a wish. */
  refused(id: string, problem: ProblemError): void {
    const request = this.#open.get(id);
    if (request === undefined || (request.taskId !== "" && request.hasAsked)) return;
    this.drop(request);
    request.fail(problem);
  }

  #ask(): void {
    if (!this.#isWelcome) return;
    for (const request of this.#open.values()) {
      if (this.#most > 0 && this.#asked.size >= this.#most) return;
      if (this.#asked.has(request.id)) continue;
      this.#asked.add(request.id);
      request.wasSent = true;
      this.#say(request.frame);
    }
  }

  #acknowledged(request: Running, frame: wire.Ack): void {
    const estimatedMs = typeof frame.estimated_ms === "number" ? frame.estimated_ms : null;
    request.acknowledged({ taskId: frame.task_id, duplicate: frame.status === "duplicate", estimatedMs });
    this.control(request);
  }

  #completed(request: Running, frame: wire.Complete): void {
    this.drop(request);
    request.taskId = frame.task_id;
    if (typeof frame.result_url === "string" && frame.result_url !== "")
      this.#fetchResult(request, frame.status, frame.result_url);
    else request.end(frame.status, frame.result ?? null);
  }
}

function progressed(request: Running, frame: wire.ProgressFrame): void {
  const { task_id: taskId, percent, stage, message, data } = frame;
  request.progressed(frame.n, {
    taskId,
    percent: typeof percent === "number" ? percent : 0,
    stage: typeof stage === "string" ? stage : "",
    message: typeof message === "string" ? message : "",
    data: data ?? null,
  });
}
