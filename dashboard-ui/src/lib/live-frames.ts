/** The frames of `netsentinel.v1.json` that a dashboard sends and receives, and the reading of them. */
import { asRecord, isRecord, type JsonRecord, parseJson } from "./json";

export const SUBPROTOCOL = "netsentinel.v1.json";

export type Topic =
  | "alerts"
  | "triage"
  | "threats"
  | "rules"
  | "tasks"
  | "recovery"
  | "schedules"
  | "audit"
  | "metrics";

export interface WelcomeFrame {
  readonly type: "welcome";
  readonly connection_id: string;
  readonly epoch: string;
  readonly heartbeat_ms: number;
  readonly resumed: "full" | "partial" | "none";
}

export interface EventFrame {
  readonly type: "event";
  readonly sub: string;
  readonly seq: number;
  /** The last `seq` that the server sent on this subscription. */
  readonly prev: number;
  readonly name: string;
  readonly data: unknown;
}

export interface GapFrame {
  readonly type: "gap";
  readonly sub: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** The server's ping carries `seq`: up to there every subscription is complete. */
export interface PingFrame {
  readonly type: "ping" | "pong";
  readonly t: number;
  readonly seq: number | null;
}

export interface ErrorFrame {
  readonly type: "error";
  readonly title: string;
  readonly retryAfterMs: number | null;
}

export type ServerFrame = WelcomeFrame | EventFrame | GapFrame | PingFrame | ErrorFrame;

export type ClientFrame =
  | {
      type: "hello";
      client: string;
      version: string;
      resume?: { epoch: string; positions: Record<string, number> };
    }
  | { type: "subscribe"; sub: string; topic: Topic; from: number | "now" }
  | { type: "unsubscribe"; sub: string }
  | { type: "ping" | "pong"; t: number };

const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const string = (value: unknown): string => (typeof value === "string" ? value : "");

function welcome(fields: JsonRecord): WelcomeFrame | null {
  const epoch = string(fields["epoch"]);
  if (epoch === "") return null;
  const resumed = fields["resumed"];
  return {
    type: "welcome",
    connection_id: string(fields["connection_id"]),
    epoch,
    heartbeat_ms: number(fields["heartbeat_ms"]) ?? 25_000,
    resumed: resumed === "full" || resumed === "partial" ? resumed : "none",
  };
}

function event(fields: JsonRecord): EventFrame | null {
  const seq = number(fields["seq"]);
  const sub = string(fields["sub"]);
  if (seq === null || sub === "") return null;
  const name = string(fields["name"]);
  return { type: "event", sub, seq, prev: number(fields["prev"]) ?? 0, name, data: fields["data"] };
}

function gap(fields: JsonRecord): GapFrame | null {
  const sub = string(fields["sub"]);
  if (sub === "") return null;
  const from = number(fields["from"]) ?? 0;
  return { type: "gap", sub, from, to: number(fields["to"]) ?? from, reason: string(fields["reason"]) };
}

function error(fields: JsonRecord): ErrorFrame {
  const problem = asRecord(fields["problem"]);
  return { type: "error", title: string(problem["title"]), retryAfterMs: number(fields["retry_after_ms"]) };
}

/** A frame, or null for what this client does not know or cannot read: a newer server may say more than we understand. */
export function parseFrame(text: unknown): ServerFrame | null {
  const fields = typeof text === "string" ? parseJson(text) : undefined;
  if (!isRecord(fields)) return null;
  switch (fields["type"]) {
    case "welcome":
      return welcome(fields);
    case "event":
      return event(fields);
    case "gap":
      return gap(fields);
    case "ping":
    case "pong":
      return { type: fields["type"], t: number(fields["t"]) ?? 0, seq: number(fields["seq"]) };
    case "error":
      return error(fields);
    default:
      return null;
  }
}
