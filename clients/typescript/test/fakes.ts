/** A server in memory: sockets that a test speaks through, and answers over HTTP. */
import type { Subscription } from "../src/subscription.js";

export class FakeSocket extends EventTarget {
  /** Every socket that was opened, the newest last. */
  static opened: FakeSocket[] = [];
  readyState = 0;
  readonly url: string;
  readonly protocol: string;
  readonly sent: Record<string, unknown>[] = [];

  constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  // As the server.

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  say(frame: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }

  hangUp(code: number, reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }

  welcome(limits: object = {}, epoch = "e1"): void {
    this.open();
    this.say({ type: "welcome", connection_id: "c", epoch, heartbeat_ms: 25_000, limits, resumed: "none" });
  }

  /** The frames of a type that were sent. */
  frames(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame["type"] === type);
  }
}

/** A `fetch` that answers by method and path (without the query). */
export function fakeFetch(answers: Readonly<Record<string, unknown>>): typeof fetch & { asked: string[] } {
  const asked: string[] = [];
  const answering = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(url instanceof Request ? url.url : url);
    const question = `${init?.method ?? "GET"} ${pathname}`;
    asked.push(question);
    const answer = answers[question];
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer instanceof Response) return Promise.resolve(answer.clone());
    return Promise.resolve(answer === undefined ? Response.json({}, { status: 404 }) : Response.json(answer));
  };
  return Object.assign(answering, { asked });
}

/** Waits until something is so; fails by never resolving, which the runner notices. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

export const event = (seq: number) => ({ topic: "alerts", seq, name: "alert:raised", data: { seq } });

/** The next so many events of a subscription. */
export async function take(subscription: Subscription, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of subscription) {
    seqs.push(seq);
    if (seqs.length === count) break;
  }
  return seqs;
}
