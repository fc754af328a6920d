/** Where WebSockets are blocked: the same journal read over HTTP, and requests as tasks that are looked after. */
import type { Conversation } from "./conversation.js";
import { ProblemError, RefusedError } from "./errors.js";
import type * as wire from "./generated.js";
import { isRecord } from "./json.js";
import type { Running, Wish } from "./request.js";
import type { Subscription } from "./subscription.js";
import type { Http, Method } from "./transport.js";

const PAGE = 500;
/** Pages of one subscription before the next one has its turn. */
const MOST_PAGES = 20;
const FINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "dead"]);
const PATHS: Readonly<Record<Wish, string>> = { cancel: "cancel", pause: "pause", resume_task: "resume" };
const UNAUTHORIZED = 401;

const isItem = (item: unknown): item is wire.EntryItem =>
  isRecord(item) && Number.isSafeInteger(item["seq"]) && typeof item["name"] === "string";

const isPage = (found: unknown): found is wire.EntryPage =>
  isRecord(found) &&
  typeof found["epoch"] === "string" &&
  ["next", "newest", "oldest"].every((name) => Number.isSafeInteger(found[name])) &&
  Array.isArray(found["items"]) &&
  found["items"].every(isItem);

const isTask = (found: unknown): found is wire.TaskItem =>
  isRecord(found) && typeof found["id"] === "string" && typeof found["state"] === "string";

const isSubmitted = (found: unknown): found is wire.SubmittedTask => isRecord(found) && isTask(found["task"]);

const isView = (found: unknown): found is wire.TaskView => isRecord(found) && isTask(found["task"]);

/** Keeps the conversation's subscriptions and requests up to date without a WebSocket. */
export class Poll {
  readonly #http: Http;
  readonly #conversation: Conversation;
  readonly #signal: AbortSignal;
  #progress = 0;

  constructor(http: Http, conversation: Conversation, signal: AbortSignal) {
    this.#http = http;
    this.#conversation = conversation;
    this.#signal = signal;
  }

  /**
   * Everything once; at least one question, so that one knows whether HTTP works. Throws `RefusedError` when the key is
   * not good any more, and `UnreachableError` or a retryable `ProblemError` when HTTP does not work either.
   */
  async look(): Promise<void> {
    const { subscriptions, requests } = this.#conversation;
    if (subscriptions.length === 0) await this.#knock();
    // One after the other on purpose: a fallback must not be a burden.
    for (const subscription of subscriptions) await this.#read(subscription);
    for (const request of requests) await this.#lookAfter(request);
  }

  async #knock(): Promise<void> {
    try {
      await this.#ask("GET", "/api/v2/entries?limit=1", isPage);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status === UNAUTHORIZED) throw error;
    }
  }

  async #read(subscription: Subscription): Promise<void> {
    for (let pages = 0; pages < MOST_PAGES && !subscription.paused; pages += 1) {
      let page: wire.EntryPage;
      try {
        page = await this.#ask("GET", pathOf(subscription), isPage);
      } catch (error) {
        // The key itself is bad, or the server does not feel well: that is not this subscription's affair.
        if (!(error instanceof ProblemError) || error.status === UNAUTHORIZED || error.retryable) throw error;
        subscription.fail(error);
        this.#conversation.end(subscription);
        return;
      }
      this.#conversation.enter(page.epoch);
      if (take(subscription, page)) return;
    }
  }

  async #lookAfter(request: Running): Promise<void> {
    try {
      if (request.taskId === "") await this.#submit(request);
      else await this.#follow(request);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status === UNAUTHORIZED || error.retryable) throw error;
      this.#conversation.requests.drop(request);
      request.fail(error);
    }
  }

  async #submit(request: Running): Promise<void> {
    const { action, payload, id, deadline_ms, priority } = request.frame;
    request.wasSent = true;
    const made = await this.#ask("POST", "/api/v2/tasks", isSubmitted, {
      action,
      input: payload,
      request_id: id,
      ...(deadline_ms !== undefined && { deadline_ms }),
      ...(priority !== undefined && { priority }),
    });
    request.acknowledged({ taskId: made.task.id, duplicate: made.is_duplicate, estimatedMs: null });
  }

  async #follow(request: Running): Promise<void> {
    const { taskId, wish } = request;
    const path = `/api/v2/tasks/${encodeURIComponent(taskId)}`;
    if (wish !== null) {
      request.wish = null;
      try {
        await this.#http.fetch("POST", `${path}/${PATHS[wish]}`, this.#signal);
      } catch (error) {
        // Refused, for example because it has ended: the end is what counts, and it is looked for now.
        if (!(error instanceof ProblemError) || error.retryable) {
          request.wish ??= wish;
          throw error;
        }
      }
    }
    const { task, result } = await this.#ask("GET", path, isView);
    if (FINAL.has(task.state)) {
      this.#conversation.requests.drop(request);
      const failure = { code: task.error_code, detail: task.error };
      request.end(task.state, task.state === "succeeded" ? (result ?? null) : failure);
      return;
    }
    this.#progress += 1;
    const { percent, stage, message } = task;
    request.progressed(this.#progress, { taskId, percent, stage, message, data: null });
  }

  #ask<Answer>(
    method: Method,
    path: string,
    isAnswer: (found: unknown) => found is Answer,
    body?: unknown,
  ): Promise<Answer> {
    return this.#http.ask(method, path, isAnswer, this.#signal, body);
  }
}

function pathOf({ topic, received, filter }: Subscription): string {
  const query = new URLSearchParams({ topic, limit: String(received === null ? 1 : PAGE) });
  if (received !== null) query.set("after", String(received));
  if (filter.length > 0) query.set("filter", JSON.stringify(filter));
  return `/api/v2/entries?${query.toString()}`;
}

/** Hands a page over; whether it was the last one for now. */
function take(subscription: Subscription, page: wire.EntryPage): boolean {
  const { topic, received } = subscription;
  const { newest, oldest, next, items } = page;
  if (received === null) {
    subscription.beginsNow = true;
    subscription.complete(newest);
    subscription.confirm();
    return true;
  }
  const snapshotUrl = `/api/v2/${topic}`;
  if (received > newest) {
    // The journal was restored from an older copy.
    subscription.gap({ topic, from: newest, to: newest, reason: "epoch", snapshotUrl });
    return true;
  }
  if (oldest > received + 1 && newest > received)
    subscription.gap({ topic, from: received, to: oldest - 1, reason: "retention", snapshotUrl });
  for (const { seq, name, payload } of items) subscription.event({ topic, seq, name, data: payload }, 0, "");
  subscription.complete(next);
  if (next < newest) return false;
  subscription.confirm();
  return true;
}
