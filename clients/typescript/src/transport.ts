/** The two ways to a server: a WebSocket, and HTTP. */
import { ProblemError, RefusedError, UnreachableError } from "./errors.js";
import type * as wire from "./generated.js";
import { isRecord, parseJson } from "./json.js";

/** What this client needs of a WebSocket: the browser's has it, Node's from 22 on, and the package `ws`. */
export interface Socket {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- browsers and `ws` have types of their own for the same events
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: any) => void): void;
}

export type SocketConstructor = new (url: string, protocol: string) => Socket;

export type Method = "GET" | "POST";

export interface HttpOptions {
  /** An API key; without one the browser's session cookie goes along. */
  readonly key: string;
  readonly fetch: typeof fetch;
}

const TIMEOUT_MS = 30_000;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const TOO_MANY = 429;
const SERVER_FAULT = 500;

const isTicket = (found: unknown): found is wire.IssuedTicket =>
  isRecord(found) && typeof found["ticket"] === "string";

/** The server's HTTP API with this client's key, or with the page's session. */
export class Http {
  readonly #base: string;
  readonly #options: HttpOptions;

  constructor(base: string, options: HttpOptions) {
    this.#base = base;
    this.#options = options;
  }

  /** A one-time ticket for a WebSocket; null where the cookie speaks for us. Errors as for `ask`. */
  async ticket(signal: AbortSignal): Promise<string | null> {
    if (this.#options.key === "") return null;
    return (await this.ask("POST", "/api/v2/ws-tickets", isTicket, signal)).ticket;
  }

  /** An answer of a known form. Errors as for `fetch`, and `UnreachableError` when it has another one. */
  async ask<Answer>(
    method: Method,
    path: string,
    isAnswer: (found: unknown) => found is Answer,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Answer> {
    const found = await this.fetch(method, path, signal, body);
    if (!isAnswer(found))
      throw new UnreachableError(`${path} was answered with something else than expected.`);
    return found;
  }

  /**
   * A JSON answer of any kind. Throws `RefusedError` (401, 403), `ProblemError` when the server refused or failed, and
   * `UnreachableError` when there was no answer, or one that is no JSON.
   */
  async fetch(method: Method, path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
    if (!path.startsWith("/") || path.startsWith("//"))
      throw new UnreachableError(`${path} is no path of this server.`);
    let answer: Response;
    let text: string;
    try {
      answer = await this.#options.fetch.call(globalThis, `${this.#base}${path}`, {
        method,
        headers: this.#headers(body !== undefined),
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await answer.text();
    } catch (error) {
      throw new UnreachableError(`${this.#base} gave no answer: ${String(error)}`, { cause: error });
    }
    const found = parseJson(text);
    if (!answer.ok) throw problemOf(answer.status, found);
    if (found === undefined)
      throw new UnreachableError(`${path} was answered with something that is no JSON.`);
    return found;
  }

  #headers(hasBody: boolean): Record<string, string> {
    const { key } = this.#options;
    return {
      Accept: "application/json",
      ...(hasBody && { "Content-Type": "application/json" }),
      ...(key === "" ? { "X-NetSentinel-Request": "1" } : { Authorization: `Bearer ${key}` }),
    };
  }
}

function problemOf(status: number, found: unknown): ProblemError {
  const problem = { title: `HTTP ${status}`, ...(isRecord(found) && found), status };
  const retryable = status === TOO_MANY || status >= SERVER_FAULT;
  if (status === UNAUTHORIZED || status === FORBIDDEN) return new RefusedError(problem, retryable);
  return new ProblemError(problem, retryable);
}
