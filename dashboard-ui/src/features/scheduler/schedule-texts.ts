/** A schedule as a form holds it: texts; and the way there and back. */
import { isRecord, parseJson } from "@/lib/json";
import type { Schedule, ScheduleDraft, Trigger } from "@/lib/model";
import { fromInput, toInput } from "@/lib/time-input";

export interface ScheduleTexts {
  readonly name: string;
  readonly action: string;
  readonly kind: Trigger["kind"];
  readonly cron: string;
  readonly zone: string;
  /** A whole number of `unit`s. */
  readonly every: string;
  readonly unit: string;
  /** As `datetime-local` has it, in the browser's own zone. */
  readonly at: string;
  readonly on: string;
  /** JSON: which fields of the event have which values. */
  readonly where: string;
  /** JSON. */
  readonly input: string;
  readonly overlap: ScheduleDraft["overlap"];
  readonly misfire: ScheduleDraft["misfire"];
  /** Seconds. */
  readonly jitter: string;
}

const SECOND = 1_000_000;

export const UNITS = [
  [String(60 * SECOND), "minutes"],
  [String(SECOND), "seconds"],
  [String(3_600 * SECOND), "hours"],
  [String(86_400 * SECOND), "days"],
] as const;

const json = (value: unknown): string => JSON.stringify(value ?? {}, null, 2);

/** The largest unit that the interval is a whole number of. */
function unitOf(every: number): string {
  const fits = UNITS.map(([size]) => Number(size)).filter((size) => every > 0 && every % size === 0);
  return String(fits.length === 0 ? 60 * SECOND : Math.max(...fits));
}

export function textsOf(schedule: Schedule | undefined, action: string): ScheduleTexts {
  const { trigger } = schedule ?? {};
  const unit = unitOf(trigger?.every ?? 0);
  return {
    name: schedule?.name ?? "",
    action: schedule?.action ?? action,
    kind: trigger?.kind ?? "cron",
    cron: trigger?.cron || "0 3 * * *",
    zone: trigger?.zone || Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    every: String(trigger?.every ? trigger.every / Number(unit) : 15),
    unit,
    at: trigger?.at ? toInput(new Date(trigger.at / 1_000).toISOString(), false) : "",
    on: trigger?.on ?? "",
    where: json(trigger?.where),
    input: json(schedule?.input),
    overlap: OVERLAP_NAMES.find((each) => each === schedule?.overlap) ?? "skip",
    misfire: MISFIRE_NAMES.find((each) => each === schedule?.misfire) ?? "coalesce",
    jitter: String((schedule?.jitter ?? 0) / SECOND),
  };
}

const OVERLAP_NAMES = ["skip", "queue", "replace"] as const;
const MISFIRE_NAMES = ["skip", "coalesce", "backfill"] as const;

/** The trigger, with the fields of its kind only; undefined while something is missing. */
export function triggerOf(texts: ScheduleTexts): Trigger | undefined {
  const none: Trigger = { kind: texts.kind, cron: "", zone: "UTC", every: 0, at: 0, on: "", where: {} };
  switch (texts.kind) {
    case "cron":
      return texts.cron.trim() === "" ? undefined : { ...none, cron: texts.cron.trim(), zone: texts.zone };
    case "interval": {
      const every = Math.round(Number(texts.every) * Number(texts.unit));
      return Number.isFinite(every) && every > 0 ? { ...none, every } : undefined;
    }
    case "once": {
      const iso = fromInput(texts.at, false);
      return iso === undefined ? undefined : { ...none, at: Date.parse(iso) * 1_000 };
    }
    default: {
      const where = parseJson(texts.where);
      if (texts.on.trim() === "" || !isRecord(where)) return undefined;
      return { ...none, on: texts.on.trim(), where: scalars(where) };
    }
  }
}

type Where = NonNullable<Trigger["where"]>;
type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);

const one = (value: unknown): Scalar => (isScalar(value) ? value : JSON.stringify(value));

/** Values, or lists of them; what a filter cannot compare with is compared as text. */
function scalars(where: Record<string, unknown>): Where {
  return Object.fromEntries(
    Object.entries(where).map(([name, value]) => [name, Array.isArray(value) ? value.map(one) : one(value)]),
  );
}

/** What the server is asked to keep, or what is wrong with the texts. */
export function draftOf(texts: ScheduleTexts, before: Schedule | undefined): ScheduleDraft | string {
  const trigger = triggerOf(texts);
  if (trigger === undefined) return "It is not complete when this fires.";
  const input = parseJson(texts.input);
  if (!isRecord(input)) return "The input is no JSON object.";
  const jitter = Number(texts.jitter);
  if (!Number.isFinite(jitter) || jitter < 0) return "The jitter is a number of seconds.";
  return {
    name: texts.name.trim(),
    action: texts.action,
    trigger,
    input,
    enabled: before?.enabled ?? true,
    jitter: Math.round(jitter * SECOND),
    overlap: texts.overlap,
    misfire: texts.misfire,
    backfill: before?.backfill ?? 10,
    grace: before?.grace ?? 60 * SECOND,
    priority: before?.priority ?? 5,
  };
}
