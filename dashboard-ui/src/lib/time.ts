/** Times as people read them. Everything comes in as integer microseconds since 1970 UTC. */
import type { Micros } from "./model";
import type { TimeMode } from "./preferences";

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

export const toMillis = (at: Micros): number => Math.floor(at / 1_000);
export const nowMicros = (): Micros => Date.now() * 1_000;
export const toIso = (at: Micros): string => new Date(toMillis(at)).toISOString();

interface Parts {
  readonly day: string;
  readonly clock: string;
}

function parts(at: Micros, utc: boolean): Parts {
  const date = new Date(toMillis(at));
  const [year, month, day, hour, minute, second] = utc
    ? [
        date.getUTCFullYear(),
        date.getUTCMonth(),
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
      ]
    : [
        date.getFullYear(),
        date.getMonth(),
        date.getDate(),
        date.getHours(),
        date.getMinutes(),
        date.getSeconds(),
      ];
  return {
    day: `${year}-${pad(month + 1)}-${pad(day)}`,
    clock: `${pad(hour)}:${pad(minute)}:${pad(second)}`,
  };
}

const STEPS: readonly [limit: number, seconds: number, unit: string][] = [
  [60, 1, "s"],
  [3_600, 60, "min"],
  [86_400, 3_600, "h"],
  [86_400 * 60, 86_400, "d"],
  [86_400 * 730, 86_400 * 30, "mo"],
  [Number.POSITIVE_INFINITY, 86_400 * 365, "y"],
];

/** A span as its largest unit: `42 s`, `5 min`, `3 h`, `12 d`. Micros in. */
export function formatSpan(span: Micros): string {
  const seconds = Math.max(0, Math.round(span / 1e6));
  const step = STEPS.find(([limit]) => seconds < limit);
  return step === undefined ? "" : `${Math.floor(seconds / step[1])} ${step[2]}`;
}

const WHOLE: readonly [seconds: number, unit: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A span with nothing rounded away above the second: `2 d`, `1 h 30 min`. Micros in. */
export function formatWhole(span: Micros): string {
  let rest = Math.max(0, Math.round(span / 1e6));
  const words: string[] = [];
  for (const [seconds, unit] of WHOLE) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.join(" ") || "0 s";
}

export function formatRelative(at: Micros, now: Micros): string {
  const span = now - at;
  if (Math.abs(span) < 1e6 * 5) return "just now";
  return span < 0 ? `in ${formatSpan(-span)}` : `${formatSpan(span)} ago`;
}

/** Short for lists: the clock to the second on the same day, otherwise day and clock to the minute, or `precise`. */
export function formatTime(at: Micros, mode: TimeMode, now: Micros, precise = false): string {
  if (at <= 0) return "never";
  if (mode === "relative") return formatRelative(at, now);
  const utc = mode === "utc";
  const { day, clock } = parts(at, utc);
  const text = parts(now, utc).day === day ? clock : `${day} ${precise ? clock : clock.slice(0, 5)}`;
  return utc ? `${text} Z` : text;
}

/** Whole, for titles and details: day, clock and zone. */
export function formatFull(at: Micros, utc: boolean): string {
  const { day, clock } = parts(at, utc);
  if (utc) return `${day} ${clock} UTC`;
  const offset = -new Date(toMillis(at)).getTimezoneOffset();
  if (offset === 0) return `${day} ${clock} UTC`;
  const sign = offset < 0 ? "−" : "+";
  const hours = pad(Math.floor(Math.abs(offset) / 60));
  return `${day} ${clock} UTC${sign}${hours}:${pad(Math.abs(offset) % 60)}`;
}

const SECOND = 1_000_000;

/** A duration as people read it: `850 µs`, `12 ms`, `3.4 s`, then minutes and more. */
export function formatDuration(span: Micros): string {
  if (span < 1_000) return `${span} µs`;
  if (span < SECOND) return `${Math.round(span / 1_000)} ms`;
  if (span < 60 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  const minutes = Math.floor(span / (60 * SECOND));
  if (minutes < 60) return `${minutes} min ${Math.round((span % (60 * SECOND)) / SECOND)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
