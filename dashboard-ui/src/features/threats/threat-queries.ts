import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export interface ThreatSearch {
  readonly q?: string;
  readonly kind?: string;
  readonly score?: string;
}

export const threatKeys = {
  all: ["threats"] as const,
  lists: ["threats", "list"] as const,
  list: (search: ThreatSearch) => ["threats", "list", search] as const,
  details: ["threats", "detail"] as const,
  detail: (entity: string) => ["threats", "detail", entity] as const,
};

export const KINDS = [
  ["", "Any kind"],
  ["address", "Addresses"],
  ["host", "Hosts"],
  ["user", "Users"],
] as const;

export const SCORES = [
  ["", "Any score"],
  ["35", "35 and more"],
  ["60", "60 and more"],
  ["80", "80 and more"],
] as const;

export function parseThreatSearch(raw: Record<string, unknown>): ThreatSearch {
  const search: Record<string, string> = {};
  const kind = KINDS.find(([value]) => value === raw["kind"])?.[0];
  if (kind) search["kind"] = kind;
  const score = Number(raw["score"]);
  if (Number.isInteger(score) && score > 0 && score <= 100) search["score"] = String(score);
  if (typeof raw["q"] === "string" && raw["q"].trim() !== "") search["q"] = raw["q"];
  return search;
}

const PAGE = 50;

export function threatListQuery(search: ThreatSearch) {
  const query = {
    ...(search.q && { q: search.q.trim() }),
    ...(search.kind && { kind: search.kind }),
    ...(search.score && { min_score: Number(search.score) }),
    limit: PAGE,
  };
  return infiniteQueryOptions({
    queryKey: threatKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/threats", {
          params: { query: { ...query, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    structuralSharing: false,
  });
}

export function threatDetailQuery(entity: string) {
  return queryOptions({
    queryKey: threatKeys.detail(entity),
    queryFn: () => unwrap(api.GET("/api/v2/threats/{entity}", { params: { path: { entity } } })),
  });
}
