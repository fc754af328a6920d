/** Which events: as search parameters in the address, and as the API's query. */
import type { Micros } from "@/lib/model";
import { nowMicros } from "@/lib/time";
import { formatTerms, parseTerms } from "./event-terms";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const RANGES = [
  ["15m", "Last 15 minutes", 15 * MINUTE],
  ["1h", "Last hour", HOUR],
  ["6h", "Last 6 hours", 6 * HOUR],
  ["24h", "Last 24 hours", DAY],
  ["7d", "Last 7 days", 7 * DAY],
  ["30d", "Last 30 days", 30 * DAY],
  ["all", "All that is stored", 0],
] as const;

export type RangeName = (typeof RANGES)[number][0];
export const DEFAULT_RANGE: RangeName = "24h";

export const GROUPINGS = [
  ["class_uid", "Class"],
  ["severity", "Severity"],
  ["source", "Source"],
  ["action", "Action"],
] as const;
export type Grouping = (typeof GROUPINGS)[number][0];

/** The view's state; all of it lives in the address as flat text. What is absent has its default. */
export interface EventSearch {
  readonly q?: string;
  /** `1`: `q` is a regular expression. */
  readonly regex?: string;
  readonly range?: RangeName;
  /** ISO 8601; from and to take the place of the range. */
  readonly from?: string;
  readonly to?: string;
  /** `1`: range and order go by when events arrived, not by when they happened. */
  readonly arrival?: string;
  readonly where?: string;
  readonly by?: Grouping;
  readonly cols?: string;
  /** The event that is open. */
  readonly event?: string;
  /** The alert that led here. */
  readonly alert?: string;
}

/** Changes to the address; undefined takes something away. */
export type EventChanges = { readonly [Name in keyof EventSearch]?: EventSearch[Name] | undefined };

const isTime = (value: unknown): value is string =>
  typeof value === "string" && !Number.isNaN(Date.parse(value));

/** Reads the address; what it does not understand is left out rather than sent on. */
export function parseEventSearch(raw: Record<string, unknown>): EventSearch {
  const search: Record<string, string> = {};
  for (const name of ["q", "event", "alert"]) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") search[name] = value;
  }
  if (raw["regex"] === "1") search["regex"] = "1";
  if (raw["arrival"] === "1") search["arrival"] = "1";
  const from = isTime(raw["from"]) ? raw["from"] : undefined;
  const to = isTime(raw["to"]) ? raw["to"] : undefined;
  if (from !== undefined && (to === undefined || Date.parse(from) < Date.parse(to))) {
    search["from"] = from;
    if (to !== undefined) search["to"] = to;
  } else {
    const range = RANGES.find(([name]) => name === raw["range"])?.[0];
    if (range !== undefined && range !== DEFAULT_RANGE) search["range"] = range;
  }
  const where = typeof raw["where"] === "string" ? formatTerms(parseTerms(raw["where"])) : "";
  if (where !== "") search["where"] = where;
  const by = GROUPINGS.find(([name]) => name === raw["by"])?.[0];
  if (by !== undefined && by !== "class_uid") search["by"] = by;
  if (typeof raw["cols"] === "string" && raw["cols"] !== "") search["cols"] = raw["cols"];
  return search;
}

/** What decides which events are found; the rest of the address is about how they are shown. */
export interface EventFilter {
  readonly q: string;
  readonly regex: boolean;
  readonly range: RangeName;
  readonly from: string;
  readonly to: string;
  readonly arrival: boolean;
  readonly where: string;
}

export function filterOf(search: EventSearch): EventFilter {
  return {
    q: search.q ?? "",
    regex: search.regex === "1",
    range: search.range ?? DEFAULT_RANGE,
    from: search.from ?? "",
    to: search.to ?? "",
    arrival: search.arrival === "1",
    where: search.where ?? "",
  };
}

export interface EventQuery {
  where?: string[];
  q?: string;
  regex?: string;
  since?: number;
  until?: number;
  by_arrival?: boolean;
}

const micros = (iso: string): Micros => Date.parse(iso) * 1_000;

/** The API's query of a filter, with a range that ends now counted from now. */
export function toEventQuery(filter: EventFilter, now: Micros = nowMicros()): EventQuery {
  const where = parseTerms(filter.where).map(
    ({ column, value, exclude }) => `${column}${exclude ? "!=" : "="}${value}`,
  );
  const seconds = RANGES.find(([name]) => name === filter.range)?.[2] ?? 0;
  const since = filter.from !== "" ? micros(filter.from) : seconds > 0 ? now - seconds * 1e6 : 0;
  return {
    ...(where.length > 0 && { where }),
    ...(filter.q !== "" && (filter.regex ? { regex: filter.q } : { q: filter.q })),
    ...(since > 0 && { since }),
    ...(filter.to !== "" && { until: micros(filter.to) }),
    ...(filter.arrival && { by_arrival: true }),
  };
}

const iso = (millis: number): string => new Date(millis).toISOString().replace(".000Z", "Z");

/** From and to for the address: whole milliseconds, which is as fine as a browser's clock. */
export function rangeSearch(since: Micros, until: Micros): { from: string; to: string; range: undefined } {
  return { from: iso(Math.floor(since / 1_000)), to: iso(Math.ceil(until / 1_000)), range: undefined };
}

/** To what came within the hour, whenever it happened. */
export const ARRIVED_LATELY: EventChanges = { arrival: "1", range: "1h", from: undefined, to: undefined };

/** To all that is stored. */
export const EVERYTHING: EventChanges = { range: "all", from: undefined, to: undefined };

export const isEverything = (filter: EventFilter): boolean => filter.from === "" && filter.range === "all";

export function isNarrowed(filter: EventFilter): boolean {
  return filter.q !== "" || filter.where !== "";
}
