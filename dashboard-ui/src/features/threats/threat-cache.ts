/** How a changed threat reaches what is already on the screen. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { asRecord } from "@/lib/json";
import type { Alert, Threat, ThreatDetail, ThreatPage } from "@/lib/model";
import { mergePages, type Order } from "@/lib/pages";
import { parseThreatSearch, type ThreatSearch, threatKeys } from "./threat-queries";

type Pages = InfiniteData<ThreatPage>;

const HIGHEST_FIRST: Order<Threat> = {
  id: (threat) => threat.entity,
  compare: (one, other) => other.score - one.score || (one.entity < other.entity ? -1 : 1),
};

export function matchesThreatSearch(threat: Threat, { q, kind, score }: ThreatSearch): boolean {
  if (kind && threat.entity_kind !== kind) return false;
  if (score && threat.score < Number(score)) return false;
  return !q || threat.entity.toLowerCase().includes(q.trim().toLowerCase());
}

export function mergeThreats(data: Pages, threats: readonly Threat[], search: ThreatSearch): Pages {
  const arriving = threats.filter((threat) => matchesThreatSearch(threat, search));
  return mergePages(data, new Set(threats.map((threat) => threat.entity)), arriving, HIGHEST_FIRST);
}

export function mergeIntoThreats(queryClient: QueryClient, threats: readonly Threat[]): void {
  for (const [key, data] of queryClient.getQueriesData<Pages>({ queryKey: threatKeys.lists })) {
    if (data === undefined) continue;
    queryClient.setQueryData<Pages>(key, mergeThreats(data, threats, parseThreatSearch(asRecord(key[2]))));
  }
  for (const threat of threats) {
    queryClient.setQueryData<ThreatDetail>(threatKeys.detail(threat.entity), (before) =>
      before === undefined ? before : { ...before, threat },
    );
  }
}

/** New and changed alerts of an entity whose page is open. */
export function mergeAlertsIntoThreats(queryClient: QueryClient, alerts: readonly Alert[]): void {
  for (const entity of new Set(alerts.map((alert) => alert.entity))) {
    queryClient.setQueryData<ThreatDetail>(threatKeys.detail(entity), (before) => {
      if (before === undefined) return before;
      const own = new Map(
        alerts.filter((alert) => alert.entity === entity).map((alert) => [alert.id, alert]),
      );
      const others = before.alerts.filter((alert) => !own.has(alert.id));
      const merged = [...own.values(), ...others].toSorted((one, other) => other.last_at - one.last_at);
      return { ...before, alerts: merged };
    });
  }
}
