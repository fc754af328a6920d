/** The figures above the list: how many alerts are open by level, and how many were raised in the last hour. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Alert, Level, Micros } from "@/lib/model";
import { nowMicros } from "@/lib/time";
import { alertKeys } from "./alert-queries";

const PAGE = 200;
const MAX_PAGES = 3;
export const MINUTE: Micros = 60_000_000;
export const WINDOW_MINUTES = 60;

export interface Overview {
  /** Level by id of every open alert that was fetched or heard of. */
  readonly open: Readonly<Record<string, Level>>;
  /** When each alert of the last hour was raised, by id. */
  readonly raised: Readonly<Record<string, Micros>>;
  /** There are more open alerts than were counted. */
  readonly truncated: boolean;
}

interface Walked {
  readonly alerts: Alert[];
  readonly truncated: boolean;
}

async function walk(query: { status?: string; since?: Micros }): Promise<Walked> {
  const alerts: Alert[] = [];
  let cursor = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { query: { ...query, limit: PAGE, ...(cursor && { cursor }) } };
    // oxlint-disable-next-line no-await-in-loop -- each page's cursor comes from the one before
    const { items, next } = await unwrap(api.GET("/api/v2/alerts", { params }));
    alerts.push(...items);
    if (next === null) return { alerts, truncated: false };
    cursor = next;
  }
  return { alerts, truncated: true };
}

export function mergeOverview(before: Overview, alerts: readonly Alert[], now: Micros): Overview {
  const open = { ...before.open };
  const oldest = now - WINDOW_MINUTES * MINUTE;
  const raised = Object.fromEntries(Object.entries(before.raised).filter(([, at]) => at >= oldest));
  for (const { id, status, level, raised_at: raisedAt } of alerts) {
    if (status === "open") open[id] = level;
    else delete open[id];
    if (raisedAt >= oldest) raised[id] = raisedAt;
  }
  return { ...before, open, raised };
}

export const overviewQuery = queryOptions({
  queryKey: alertKeys.overview,
  queryFn: async (): Promise<Overview> => {
    const [open, recent] = await Promise.all([
      walk({ status: "open" }),
      walk({ since: nowMicros() - WINDOW_MINUTES * MINUTE }),
    ]);
    const empty: Overview = { open: {}, raised: {}, truncated: open.truncated };
    return mergeOverview(empty, [...recent.alerts, ...open.alerts], nowMicros());
  },
  staleTime: 5 * 60_000,
  structuralSharing: false,
});

export function mergeIntoOverview(queryClient: QueryClient, alerts: readonly Alert[]): void {
  queryClient.setQueryData<Overview>(alertKeys.overview, (before) =>
    before === undefined ? before : mergeOverview(before, alerts, nowMicros()),
  );
}

export function countByLevel(overview: Overview): Record<Level, number> {
  const counts: Record<Level, number> = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const level of Object.values(overview.open)) counts[level] += 1;
  return counts;
}

/** Alerts raised per minute over the last hour, oldest minute first. */
export function perMinute(overview: Overview, now: Micros): number[] {
  const minutes = Array.from({ length: WINDOW_MINUTES }, () => 0);
  for (const at of Object.values(overview.raised)) {
    const back = Math.floor((now - at) / MINUTE);
    const index = WINDOW_MINUTES - 1 - Math.max(0, back);
    if (index >= 0) minutes[index] = (minutes[index] ?? 0) + 1;
  }
  return minutes;
}
