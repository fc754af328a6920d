import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { UsageScope } from "@/lib/model";

export const DAYS = 30;

/** Counts go up all the time, and no entry says so. */
const REFRESH_MS = 10_000;

/** Requests of the last 30 days, limits, and what is left; with "tenant" everybody's. */
export function usageQuery(scope: UsageScope) {
  return queryOptions({
    queryKey: ["usage", scope],
    queryFn: () => unwrap(api.GET("/api/v2/usage", { params: { query: { scope, days: DAYS } } })),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
}
