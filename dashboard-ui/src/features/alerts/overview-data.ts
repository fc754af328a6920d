/** The figures above the list, as the server counts them: open alerts by level, and how many were raised lately. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { AlertSummary, Level, Micros } from "@/lib/model";
import { alertKeys } from "./alert-queries";

export const MINUTE: Micros = 60_000_000;
export const WINDOW_MINUTES = 60;

export const overviewQuery = queryOptions({
  queryKey: alertKeys.overview,
  queryFn: () => unwrap(api.GET("/api/v2/alerts/summary")),
  refetchInterval: 60_000,
});

/** How many alerts are open, by level. */
export function openByLevel({ counts }: AlertSummary): Record<Level, number> {
  const open: Record<Level, number> = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { status, level, count } of counts) if (status === "open") open[level] += count;
  return open;
}

/** Alerts raised per minute over the last hour, oldest minute first. */
export function perMinute({ raised }: AlertSummary, now: Micros): number[] {
  const minutes = Array.from({ length: WINDOW_MINUTES }, () => 0);
  for (const { at, count } of raised) {
    const index = WINDOW_MINUTES - 1 - Math.max(0, Math.floor((now - at) / MINUTE));
    if (index >= 0) minutes[index] = (minutes[index] ?? 0) + count;
  }
  return minutes;
}
