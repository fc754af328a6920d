/** The labels below a histogram: at round times, as many as have room, the shorter the longer it is. */
import type { Micros } from "@/lib/model";
import { formatFull } from "@/lib/time";
import type { HistogramView } from "./histogram-data";

const S = 1e6;
const DAY = 86_400 * S;
const MOST = 9;
/** Pixels that a character takes, and those that keep a label apart from the next one. */
const CHARACTER = 7;
const APART = 16;

interface Step {
  readonly size: Micros;
  /** So many months, where a step is no fixed time. */
  readonly months: number;
  /** From where to where in `2026-11-21 10:00:00`. */
  readonly part: readonly [number, number];
}

const fixed = (seconds: number, from: number, to: number): Step => ({
  size: seconds * S,
  months: 0,
  part: [from, to],
});

/** At least so long: a label has room before the shortest of its months, too. */
const calendar = (months: number, to: number): Step => ({
  size: Math.floor(months * 30.4 - 2.4) * DAY,
  months,
  part: [0, to],
});

/** Steps that people count in. */
const STEPS: readonly Step[] = [
  ...[1, 5, 10, 30].map((seconds) => fixed(seconds, 11, 19)),
  ...[60, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200].map((seconds) => fixed(seconds, 11, 16)),
  ...[1, 2, 7, 14].map((days) => fixed(days * 86_400, 5, 10)),
  ...[1, 3, 6].map((months) => calendar(months, 7)),
  ...[1, 2, 5, 10, 20, 50, 100, 500].map((years) => calendar(years * 12, 4)),
];

const roomOf = ({ part: [from, to] }: Step): number => (to - from) * CHARACTER + APART;

/** Round times from one time to another. */
function timesOf({ size, months }: Step, first: Micros, last: Micros, utc: boolean): Micros[] {
  const date = new Date(first / 1_000);
  if (months === 0) {
    const zone = utc ? 0 : date.getTimezoneOffset() * 60 * S;
    const begin = Math.ceil((first - zone) / size) * size + zone;
    return Array.from(
      { length: Math.max(0, Math.floor((last - begin) / size) + 1) },
      (_, index) => begin + index * size,
    );
  }
  const count = utc
    ? date.getUTCFullYear() * 12 + date.getUTCMonth()
    : date.getFullYear() * 12 + date.getMonth();
  const begin = Math.floor(count / months) * months;
  return Array.from({ length: MOST + 2 }, (_, index) => {
    const month = begin + index * months;
    const at = [Math.floor(month / 12), month % 12, 1] as const;
    return (utc ? Date.UTC(...at) : new Date(...at).getTime()) * 1_000;
  }).filter((at) => at >= first && at <= last);
}

/** Labels for a plot of so many pixels; where each stands, as a share of the width. */
export function ticksOf(
  { spans }: HistogramView,
  utc: boolean,
  width: number,
): { at: number; text: string }[] {
  const first = spans[0]?.at ?? 0;
  const last = spans.at(-1)?.until ?? 0;
  const whole = last - first;
  const step = STEPS.find((each) => whole / each.size <= Math.min(MOST, width / roomOf(each)));
  if (step === undefined) return [];
  const [from, to] = step.part;
  return timesOf(step, first, last, utc)
    .map((time) => ({ at: (time - first) / whole, text: formatFull(time, utc).slice(from, to) }))
    .filter(({ at }) => (1 - at) * width >= roomOf(step) - APART / 2);
}
