import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

const REFRESH_MS = 5_000;
const REJECTED_SHOWN = 50;

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: () => unwrap(api.GET("/api/v2/sources")),
  staleTime: REFRESH_MS,
});

/** The same, asked again and again while the page of sources is open: sources have no live topic. */
export const freshSourcesQuery = queryOptions({ ...sourcesQuery, refetchInterval: REFRESH_MS });

export function rejectedQuery(name: string) {
  return queryOptions({
    queryKey: ["sources", name, "rejected"],
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/sources/{name}/rejected", {
          params: { path: { name }, query: { limit: REJECTED_SHOWN } },
        }),
      ),
    staleTime: 0,
  });
}
