/** A histogram as it is drawn: spans without gaps, and the values that tell events apart as a few series. */
import type { Histogram, Micros } from "@/lib/model";
import { formatFull } from "@/lib/time";
import { className, severityName } from "./event-classes";
import type { Grouping } from "./event-search";

export interface Series {
  /** The value; undefined for all the rest together. */
  readonly value: string | number | undefined;
  readonly name: string;
  /** Name of its colour among the tokens. */
  readonly colour: string;
  readonly count: number;
}

export interface Span {
  readonly at: Micros;
  readonly until: Micros;
  readonly count: number;
  /** As many as there are series. */
  readonly parts: readonly number[];
}

export interface HistogramView {
  readonly series: readonly Series[];
  readonly spans: readonly Span[];
  readonly total: number;
  readonly top: number;
}

const SERIES = 6;
const SEVERITY_COLOURS = ["rest", "informational", "low", "medium", "high", "critical", "critical"];
const MOST_SPANS = 600;

function nameOf(by: Grouping, value: string | number): string {
  if (by === "class_uid") return className(Number(value));
  if (by === "severity") return severityName(Number(value));
  return value === "" ? "(empty)" : String(value);
}

function colourOf(by: Grouping, value: string | number, rank: number): string {
  return by === "severity" ? (SEVERITY_COLOURS[Number(value)] ?? "rest") : `data-${rank + 1}`;
}

function seriesOf({ items }: Histogram, by: Grouping): Series[] {
  const counts = new Map<string | number, number>();
  for (const { parts } of items)
    for (const { value, count } of parts) counts.set(value, (counts.get(value) ?? 0) + count);
  const ranked = [...counts].toSorted((one, other) => other[1] - one[1]);
  // Severities stand in their own order, the worst on top.
  const own = by === "severity" ? ranked.toSorted((one, other) => Number(one[0]) - Number(other[0])) : ranked;
  const most = by === "severity" ? own.length : SERIES;
  const shown: Series[] = own.slice(0, most).map(([value, count], rank) => ({
    value,
    name: nameOf(by, value),
    colour: colourOf(by, value, rank),
    count,
  }));
  const rest = own.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return rest > 0
    ? [...shown, { value: undefined, name: "All the rest", colour: "rest", count: rest }]
    : shown;
}

/** The spans of the whole range, also those without events. */
export function histogramView(histogram: Histogram, by: Grouping): HistogramView {
  const series = seriesOf(histogram, by);
  const place = new Map(series.map(({ value }, index) => [value, index]));
  const { width, since, until } = histogram;
  const first = Math.floor(since / width);
  const size = Math.min(MOST_SPANS, Math.max(1, Math.ceil(until / width) - first));
  const found = new Map(histogram.items.map((item) => [Math.round(item.at / width) - first, item]));
  const spans = Array.from({ length: size }, (_, index): Span => {
    const item = found.get(index);
    const parts = series.map(() => 0);
    for (const { value, count } of item?.parts ?? []) {
      const at = place.get(value) ?? series.length - 1;
      parts[at] = (parts[at] ?? 0) + count;
    }
    const at = (first + index) * width;
    return { at, until: at + width, count: item?.count ?? 0, parts };
  });
  return {
    series,
    spans,
    total: histogram.items.reduce((sum, { count }) => sum + count, 0),
    top: Math.max(1, ...spans.map(({ count }) => count)),
  };
}

/** One path per series, in units of one span by `top` events. */
export function pathOf({ spans, top }: HistogramView, series: number, height: number): string {
  return spans
    .map(({ count, parts }, index) => {
      const part = parts[series] ?? 0;
      if (part === 0) return "";
      // A span with very few events still shows: never below two units for the whole.
      const scale = Math.max(height / top, 2 / count);
      const below = parts.slice(0, series).reduce((sum, each) => sum + each, 0);
      const bottom = height - below * scale;
      return `M${index + 0.07} ${bottom.toFixed(2)}v${(-part * scale).toFixed(2)}h.86v${(part * scale).toFixed(2)}z`;
    })
    .join("");
}

/** `2026-11-21 10:00:00 – 10:15:00`, with the day again where it is another one. */
export function spanText(at: Micros, until: Micros, utc: boolean): string {
  const from = formatFull(at, utc).slice(0, 19);
  const to = formatFull(until, utc).slice(0, 19);
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}
