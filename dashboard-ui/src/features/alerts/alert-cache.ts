/** How a changed alert reaches what is already on the screen, without asking the server again. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { asRecord } from "@/lib/json";
import type { Alert, AlertDetail, AlertPage } from "@/lib/model";
import { mergePages, type Order } from "@/lib/pages";
import { type AlertOrder, type AlertSearch, matchesSearch, parseAlertSearch } from "./alert-filter";
import { alertKeys } from "./alert-queries";

type Pages = InfiniteData<AlertPage>;

/** Newest first; the id decides between equals, as the server's cursor does. */
const newestFirst = (clock: "last_at" | "raised_at"): Order<Alert> => ({
  id: (alert) => alert.id,
  compare: (one, other) => other[clock] - one[clock] || (other.id > one.id ? 1 : -1),
});
const BY_TIME = newestFirst("last_at");
const ORDERS: Record<AlertOrder, Order<Alert>> = {
  arrival: newestFirst("raised_at"),
  score: {
    id: BY_TIME.id,
    compare: (one, other) => other.score - one.score || BY_TIME.compare(one, other),
  },
};

/** The pages with the changed alerts in their places: moved, added, or gone when the filter no longer has them. */
export function mergeIntoPages(data: Pages, changed: ReadonlyMap<string, Alert>, search: AlertSearch): Pages {
  const known = new Map(data.pages.flatMap((page) => page.items.map((alert) => [alert.id, alert] as const)));
  const fresh = [...changed.values()].filter((alert) => alert.version >= (known.get(alert.id)?.version ?? 0));
  const shown = [...known.values()];
  const arriving = fresh.filter((alert) => matchesSearch(alert, search, shown));
  if (arriving.length === 0 && !fresh.some((alert) => known.has(alert.id))) return data;
  return mergePages(
    data,
    new Set(fresh.map((alert) => alert.id)),
    arriving,
    search.order ? ORDERS[search.order] : BY_TIME,
  );
}

/** Beyond so many alerts a list goes back to its first page, so that a tab that stays open for days does not grow. */
export const MAX_KEPT = 2_000;

export function mergeIntoLists(queryClient: QueryClient, alerts: readonly Alert[]): void {
  const changed = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const [key, data] of queryClient.getQueriesData<Pages>({ queryKey: alertKeys.lists })) {
    if (data === undefined) continue;
    const merged = mergeIntoPages(data, changed, parseAlertSearch(asRecord(key[2])));
    const kept = merged.pages.reduce((sum, page) => sum + page.items.length, 0);
    queryClient.setQueryData<Pages>(key, kept > MAX_KEPT ? firstPageOf(merged) : merged);
    // The first page's cursor no longer fits what was added to it: fetched again, it does.
    if (kept > MAX_KEPT) void queryClient.invalidateQueries({ queryKey: key, exact: true });
  }
}

function firstPageOf({ pages, pageParams }: Pages): Pages {
  return { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) };
}

/** Puts the alert into its own page and into the "related" of others; a grown one has new samples to fetch. */
export function mergeIntoDetails(queryClient: QueryClient, alerts: readonly Alert[]): void {
  const changed = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const [key, data] of queryClient.getQueriesData<AlertDetail>({ queryKey: alertKeys.details })) {
    if (data === undefined) continue;
    const own = changed.get(data.alert.id);
    const touched = own !== undefined || data.related.some((alert) => changed.has(alert.id));
    if (!touched) continue;
    queryClient.setQueryData<AlertDetail>(key, {
      ...data,
      alert: own !== undefined && own.version >= data.alert.version ? own : data.alert,
      related: data.related.map((alert) => changed.get(alert.id) ?? alert),
    });
    if (own !== undefined && own.count > data.alert.count)
      void queryClient.invalidateQueries({ queryKey: key });
  }
}
