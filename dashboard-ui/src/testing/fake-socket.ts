/** A WebSocket whose other end is the test. */

import { asRecord, parseJson } from "@/lib/json";

export type Sent = Record<string, unknown>;

export class FakeSocket extends EventTarget {
  static readonly all: FakeSocket[] = [];
  /** Answer `hello` and `ping` like a healthy server does. */
  static auto = true;

  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  readonly sent: Sent[] = [];
  readyState = 0;
  closedWith: number | undefined;

  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
    FakeSocket.all.push(this);
    if (FakeSocket.auto) queueMicrotask(() => this.open());
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  send(text: string): void {
    const frame: Sent = asRecord(parseJson(text));
    this.sent.push(frame);
    if (!FakeSocket.auto) return;
    if (frame["type"] === "hello") this.welcome();
    if (frame["type"] === "ping") this.deliver({ type: "pong", t: frame["t"], seq: 0 });
  }

  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  /** The server closes, or the line breaks. */
  drop(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code, reason }));
  }

  deliver(frame: unknown): void {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  welcome(more: Sent = {}): void {
    this.deliver({
      type: "welcome",
      connection_id: "con_1",
      epoch: "e1",
      heartbeat_ms: 1_000,
      resumed: "none",
      ...more,
    });
  }

  event(sub: string, seq: number, name: string, data: unknown, prev = 0): void {
    this.deliver({ type: "event", sub, seq, prev, name, data });
  }

  ofType(type: string): Sent[] {
    return this.sent.filter((frame) => frame["type"] === type);
  }
}
