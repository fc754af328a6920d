/** The reading of the server's frames: what this client relies on is looked at, everything else is let through. */
import type * as wire from "./generated.js";
import { isRecord, type JsonRecord, parseJson } from "./json.js";

export const SUBPROTOCOL = "netsentinel.v1.json";

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isPosition = (value: unknown): boolean => Number.isSafeInteger(value);

type Check = (value: unknown) => boolean;

/** The fields that each type of frame must have for this client to work with it. */
const NEEDED: { readonly [K in wire.ServerFrame["type"]]: Readonly<Record<string, Check>> } = {
  welcome: { epoch: isText, heartbeat_ms: isNumber },
  event: { sub: isText, seq: isPosition, prev: isPosition, name: isText },
  gap: { sub: isText, from: isPosition, to: isPosition, reason: isText },
  ping: { t: isNumber, seq: isPosition },
  pong: { t: isNumber, seq: isPosition },
  ack: { id: isText, task_id: isText },
  response: { id: isText },
  progress: { id: isText, task_id: isText, n: isNumber },
  complete: { id: isText, task_id: isText, status: isText },
  error: { problem: isRecord },
};

const isKnown = (type: unknown): type is keyof typeof NEEDED => isText(type) && Object.hasOwn(NEEDED, type);

function isServerFrame(fields: JsonRecord): fields is JsonRecord & wire.ServerFrame {
  const { type } = fields;
  if (!isKnown(type)) return false;
  return Object.entries(NEEDED[type]).every(([name, check]) => check(fields[name]));
}

/** A frame, or null for what this client cannot read or does not know: a newer server may say more. */
export function readFrame(text: unknown): wire.ServerFrame | null {
  const fields = parseJson(text);
  return isRecord(fields) && isServerFrame(fields) ? fields : null;
}
