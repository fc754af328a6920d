/** The conditions of a suppression: their words, and what an alert proposes. */
import { isRecord } from "@/lib/json";
import type { Alert, AlertSample, Condition, Match } from "@/lib/model";

export const NATIVE = "event.";

const FIELD_NAMES: Record<string, string> = {
  rule_id: "Rule",
  detector: "Detector",
  entity: "Entity",
  source: "Log source",
  src_ip: "Source address",
  dst_ip: "Destination address",
  user: "User",
  device: "Device",
};

export const MATCH_CHOICES = [
  ["equals", "is"],
  ["startswith", "starts with"],
  ["cidr", "in network"],
] as const satisfies readonly (readonly [Match, string])[];

/** A field as people say it; one of the event keeps its own name. */
export function fieldName(field: string): string {
  return FIELD_NAMES[field] ?? field.replace(NATIVE, "");
}

export function matchName(match: Match): string {
  return MATCH_CHOICES.find(([choice]) => choice === match)?.[1] ?? match;
}

/** A condition while it is being written: the values are one text, with commas between them. */
export interface Draft {
  readonly field: string;
  readonly match: Match;
  readonly text: string;
}

const draft = (field: string, text: string): Draft => ({ field, match: "equals", text });

/** What an alert begins with: its rule and whom it is about. */
export function firstDrafts(alert: Alert): Draft[] {
  return [draft("rule_id", alert.rule_id), draft("entity", alert.entity)].filter(({ text }) => text !== "");
}

const LONGEST = 200;
const MOST = 60;

function leaves(value: unknown, path: string, found: Map<string, string>): void {
  if (found.size >= MOST) return;
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value))
      leaves(inner, path === "" ? key : `${path}.${key}`, found);
  } else if (["string", "number", "boolean"].includes(typeof value)) {
    const text = String(value);
    if (path !== "" && text !== "" && text.length <= LONGEST) found.set(path, text);
  }
}

/** What can be added: the facts of the alert, then the fields of its newest event; those that the rule matched first. */
export function proposals(alert: Alert, sample: AlertSample | undefined): Draft[] {
  const facts: (readonly [string, string])[] = [
    ["rule_id", alert.rule_id],
    ["entity", alert.entity],
    ["detector", alert.detector],
    ["source", alert.source],
    ["src_ip", alert.src_ip],
    ["dst_ip", alert.dst_ip],
    ["user", alert.user],
    ["device", alert.device],
  ];
  const found = new Map<string, string>();
  leaves(sample?.event, "", found);
  const matched = new Set(sample?.matched.map(({ field }) => field));
  const native = [...found].toSorted(
    ([one], [other]) => Number(matched.has(other)) - Number(matched.has(one)),
  );
  return [
    ...facts.filter(([, text]) => text !== "").map(([field, text]) => draft(field, text)),
    ...native.map(([path, text]) => draft(NATIVE + path, text)),
  ];
}

/** An equal value may hold a comma; networks and prefixes are lists. */
function valuesOf({ match, text }: Draft): string[] {
  if (match === "equals") return text === "" ? [] : [text];
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The conditions, or undefined while one of them has no value or there are none. */
export function toConditions(drafts: readonly Draft[]): Condition[] | undefined {
  const conditions = drafts.map((one) => ({ field: one.field, match: one.match, values: valuesOf(one) }));
  const complete = conditions.length > 0 && conditions.every(({ values }) => values.length > 0);
  return complete ? conditions : undefined;
}
