/** How a changed threat reaches what is already on the screen. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Alert, Threat, ThreatDetail, ThreatPage } from "@/lib/model";
import { type ThreatSearch, threatKeys } from "./threat-queries";

type Pages = InfiniteData<ThreatPage>;

function highestFirst(one: Threat, other: Threat): number {
  return other.score - one.score || (one.entity < other.entity ? -1 : 1);
}

export function matchesThreatSearch(threat: Threat, { q, kind, score }: ThreatSearch): boolean {
  if (kind && threat.entity_kind !== kind) return false;
  if (score && threat.score < Number(score)) return false;
  return !q || threat.entity.toLowerCase().includes(q.trim().toLowerCase());
}

export function mergeThreats(data: Pages, threats: readonly Threat[], search: ThreatSearch): Pages {
  const changed = new Map(threats.map((threat) => [threat.entity, threat]));
  const arriving = threats.filter((threat) => matchesThreatSearch(threat, search)).toSorted(highestFirst);
  const pages = data.pages.map((page) => {
    const stay = page.items.filter((threat) => !changed.has(threat.entity));
    const end = page.items.at(-1);
    const here: Threat[] = [];
    while (
      arriving[0] !== undefined &&
      (page.next === null || (end && highestFirst(arriving[0], end) <= 0))
    ) {
      here.push(...arriving.splice(0, 1));
    }
    return { ...page, items: [...stay, ...here].toSorted(highestFirst) };
  });
  return { ...data, pages };
}

export function mergeIntoThreats(queryClient: QueryClient, threats: readonly Threat[]): void {
  for (const [key, data] of queryClient.getQueriesData<Pages>({ queryKey: threatKeys.lists })) {
    if (data === undefined) continue;
    queryClient.setQueryData<Pages>(key, mergeThreats(data, threats, key[2] as ThreatSearch));
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
