import type { UsageOfDay, UsageWindow } from "@/lib/model";

type RequestClass = UsageOfDay["request_class"];

/** What a class of requests is, in a column. */
export const CLASSES: Readonly<Record<RequestClass, string>> = {
  api: "API",
  intake: "Events in",
  session: "Browser",
  upload: "Uploads",
};

/** Whose requests of a class have the limits. */
export const WINDOWS: Readonly<Record<RequestClass, string>> = {
  api: "Requests with this key",
  intake: "Batches of events with this key",
  session: "Requests of your browsers",
  upload: "Pieces of uploads",
};

/** How many of the requests that are left the minute was handed by the minutes before. */
export function carriedOver({
  per_minute: limit,
  minute_used: used,
  minute_left: left,
}: UsageWindow): number {
  return Math.max(0, left - Math.max(0, limit - used));
}
