/** One attempt after the other to talk to the server: open, say hello, read and write until it ends. */
import type { Conversation } from "./conversation.js";
import { ClientError, type ProblemError } from "./errors.js";
import { SUBPROTOCOL } from "./frames.js";
import { Pace } from "./pace.js";
import type { Http, Socket, SocketConstructor } from "./transport.js";

/** How a connection, or the attempt to get one, has ended. */
export interface Attempt {
  readonly wasWelcome?: boolean;
  /** As far as one can tell, HTTP works and the WebSocket does not open. */
  readonly handshakeFailed?: boolean;
  readonly code?: number;
  readonly problem?: ProblemError | null;
  /** There was not even a ticket. */
  readonly fault?: ClientError;
  /** A delay that the server asked for. */
  readonly retryAfterMs?: number | null;
}

interface Closing {
  readonly code: number;
  readonly reason: string;
}

const OPEN = 1;
const WELCOME_WITHIN_MS = 10_000;
const GRACE_MS = 5_000;
const ABORT_AFTER_MS = 1_000;
/** Close codes with a delay of their own (too many, draining), for when the server states none; milliseconds. */
const SLOWED_CODES: Readonly<Record<number, number>> = { 4429: 10_000, 4503: 2_000 };
/** As a close code: the server said nothing for two heartbeats, so the line is dead. */
const SILENT = 4000;
/** Frames that the server does not count. */
const FREE = /^\{"type":"p[io]ng"/;

/** The connection of a client, one socket at a time. */
export class Connection {
  readonly #conversation: Conversation;
  readonly #http: Http;
  readonly #pace = new Pace(() => performance.now());
  #socket: Socket | null = null;
  #sendLater: ReturnType<typeof setTimeout> | undefined;
  #giveUp: () => void = () => undefined;

  constructor(conversation: Conversation, http: Http) {
    this.#conversation = conversation;
    this.#http = http;
  }

  /** There may be frames to send. */
  wake(): void {
    const conversation = this.#conversation;
    for (;;) {
      const text = conversation.next();
      if (this.#socket?.readyState !== OPEN || text === undefined) return;
      const waitMs = FREE.test(text) ? 0 : this.#pace.take();
      if (waitMs > 0) {
        clearTimeout(this.#sendLater);
        this.#sendLater = setTimeout(() => this.wake(), waitMs);
        return;
      }
      conversation.sent();
      this.#socket.send(text);
    }
  }

  /** End a connection that stands, as if it had broken; one that is being opened goes on. */
  drop(): void {
    if (this.#conversation.isWelcome) this.#giveUp();
  }

  /** Connect, and work until the connection has ended, or until the signal ends it. */
  async attempt(
    open: SocketConstructor | null,
    url: string,
    signal: AbortSignal,
    onWelcome: () => void,
  ): Promise<Attempt> {
    let socket: Socket;
    let ticket: string | null;
    try {
      ticket = await this.#http.ticket(signal);
    } catch (fault) {
      if (fault instanceof ClientError) return { fault };
      throw fault;
    }
    if (open === null) return { handshakeFailed: true };
    try {
      socket = new open(url, SUBPROTOCOL);
    } catch {
      return { handshakeFailed: true }; // for example a page over https and a server over http
    }
    return this.#converse(socket, ticket, signal, onWelcome);
  }

  #converse(
    socket: Socket,
    ticket: string | null,
    signal: AbortSignal,
    onWelcome: () => void,
  ): Promise<Attempt> {
    const conversation = this.#conversation;
    return new Promise((resolve) => {
      let opened = false;
      let silence: ReturnType<typeof setTimeout> | undefined;
      const end = (closing: Closing): void => {
        if (this.#socket !== socket) return; // it has ended already
        this.#socket = null;
        clearTimeout(silence);
        clearTimeout(this.#sendLater);
        signal.removeEventListener("abort", abort);
        const ended = opened ? this.#ended(closing) : { handshakeFailed: true };
        conversation.lost();
        hangUp(socket);
        resolve(ended);
      };
      const abort = (): void => end({ code: 1000, reason: "" });
      this.#giveUp = abort;
      const listen = (): void => {
        clearTimeout(silence);
        const withinMs = conversation.isWelcome ? conversation.heartbeatMs * 2 + GRACE_MS : WELCOME_WITHIN_MS;
        silence = setTimeout(() => end({ code: SILENT, reason: "" }), withinMs);
      };
      this.#socket = socket;
      conversation.lost();
      listen();
      signal.addEventListener("abort", abort);
      socket.addEventListener("error", () => undefined); // a close follows
      socket.addEventListener("close", end);
      socket.addEventListener("open", () => {
        if (this.#socket !== socket) return;
        opened = true;
        this.#begin(ticket);
        listen();
      });
      socket.addEventListener("message", ({ data }: { readonly data: unknown }) => {
        if (this.#socket !== socket) return;
        const wasWelcome = conversation.isWelcome;
        conversation.receive(data);
        listen();
        if (conversation.isWelcome && !wasWelcome) {
          this.#pace.allow(conversation.framesPerSecond, conversation.frameBurst);
          onWelcome();
        }
        this.wake();
      });
      if (signal.aborted) abort();
    });
  }

  #begin(ticket: string | null): void {
    this.#conversation.lastProblem = null;
    this.#conversation.retryAfterMs = null;
    this.#conversation.hello(ticket);
    this.#pace.allow(0, 0);
    this.wake();
  }

  #ended({ code, reason }: Closing): Attempt {
    const { isWelcome, lastProblem, retryAfterMs } = this.#conversation;
    const slowed = SLOWED_CODES[code];
    // The close's reason may state the delay, as may an `error` frame just before it.
    const stated = /retry_after_ms=(\d+)/.exec(reason)?.[1];
    return {
      wasWelcome: isWelcome,
      code,
      problem: lastProblem,
      retryAfterMs:
        slowed === undefined ? null : (retryAfterMs ?? (stated === undefined ? slowed : Number(stated))),
    };
  }
}

/** Ends a socket. The package `ws` waits long for a silent server's answer to that, so it is cut off after a second. */
function hangUp(socket: Socket): void {
  socket.close(1000);
  if ("terminate" in socket) setTimeout(() => cutOff(socket), ABORT_AFTER_MS);
}

function cutOff(socket: Socket): void {
  if ("terminate" in socket && typeof socket.terminate === "function") socket.terminate();
}
