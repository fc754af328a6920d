import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export const graphKeys = {
  all: ["graph"] as const,
  map: ["graph", "map"] as const,
  concept: (id: string) => ["graph", "concept", id] as const,
  first: (id: string) => ["graph", "first", id] as const,
  found: (words: string) => ["graph", "found", words] as const,
};

export const graphMapQuery = queryOptions({
  queryKey: graphKeys.map,
  queryFn: () => unwrap(api.GET("/api/v2/graph/map", { params: { query: {} } })),
  staleTime: 60_000,
  structuralSharing: false,
});

export function conceptQuery(id: string) {
  return queryOptions({
    queryKey: graphKeys.concept(id),
    queryFn: () => unwrap(api.GET("/api/v2/concepts/{concept_id}", { params: { path: { concept_id: id } } })),
  });
}

/** What must be understood before a concept, in an order to learn it in. */
export function firstQuery(id: string) {
  return queryOptions({
    queryKey: graphKeys.first(id),
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/concepts/{concept_id}/prerequisites", {
          params: { path: { concept_id: id }, query: { limit: 100 } },
        }),
      ),
  });
}

export function foundQuery(words: string) {
  return queryOptions({
    queryKey: graphKeys.found(words),
    queryFn: () => unwrap(api.GET("/api/v2/concepts", { params: { query: { q: words, limit: 100 } } })),
    enabled: words !== "",
  });
}
