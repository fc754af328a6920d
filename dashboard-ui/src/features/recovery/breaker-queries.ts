import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { BreakerView } from "@/lib/model";

export const breakerKeys = {
  all: ["breakers"] as const,
  list: ["breakers", "list"] as const,
  detail: (dependency: string) => ["breakers", "detail", dependency] as const,
};

/** Changes of state come live; the calls that lead to them are counted all the time. */
const REFRESH_MS = 5_000;

export const breakersQuery = queryOptions({
  queryKey: breakerKeys.list,
  queryFn: () => unwrap(api.GET("/api/v2/error-recovery/circuit-breaker")),
  refetchInterval: REFRESH_MS,
});

/** One breaker with its latest changes. */
export function breakerQuery(dependency: string) {
  return queryOptions({
    queryKey: breakerKeys.detail(dependency),
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/error-recovery/circuit-breaker/{service}", {
          params: { path: { service: dependency } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
}

export type BreakerAct = "open" | "close" | "reset";

const ROUTES = {
  open: "/api/v2/error-recovery/circuit-breaker/{service}/open",
  close: "/api/v2/error-recovery/circuit-breaker/{service}/close",
  reset: "/api/v2/error-recovery/circuit-breaker/{service}/reset",
} as const satisfies Record<BreakerAct, string>;

export function actOnBreaker(dependency: string, act: BreakerAct): Promise<BreakerView> {
  return unwrap(api.POST(ROUTES[act], { params: { path: { service: dependency } } }));
}
