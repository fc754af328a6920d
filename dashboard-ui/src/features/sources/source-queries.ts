import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { SourceItem, SourceKey, SourceTest } from "@/lib/model";

const REFRESH_MS = 5_000;
const REJECTED_SHOWN = 50;

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: () => unwrap(api.GET("/api/v2/sources")),
  staleTime: REFRESH_MS,
});

/** The same, asked again and again while the page of sources is open: sources have no live topic. */
export const freshSourcesQuery = queryOptions({ ...sourcesQuery, refetchInterval: REFRESH_MS });

/** What can be configured: kinds with the schemas of their options, formats, and what the server lets a source open. */
export const shelfQuery = queryOptions({
  queryKey: ["source-kinds"],
  queryFn: () => unwrap(api.GET("/api/v2/source-kinds")),
  staleTime: Number.POSITIVE_INFINITY,
});

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

export interface SourceDraft {
  readonly name: string;
  readonly kind: string;
  readonly format: string;
  readonly options: Record<string, unknown>;
}

export function createSource({ name, kind, format, options }: SourceDraft): Promise<SourceItem> {
  return unwrap(api.POST("/api/v2/sources", { body: { name, kind, format, options, enabled: true } }));
}

interface SourceChange {
  readonly format?: string;
  readonly enabled?: boolean;
  readonly options?: Record<string, unknown>;
}

export function changeSource(name: string, body: SourceChange): Promise<SourceItem> {
  return unwrap(api.PUT("/api/v2/sources/{name}", { params: { path: { name } }, body }));
}

export async function removeSource(name: string): Promise<void> {
  await settle(api.DELETE("/api/v2/sources/{name}", { params: { path: { name } } }));
}

export function testSource(name: string): Promise<SourceTest> {
  return unwrap(api.POST("/api/v2/sources/{name}/test", { params: { path: { name } } }));
}

export function createSourceKey(name: string): Promise<SourceKey> {
  return unwrap(
    api.POST("/api/v2/sources/{name}/keys", { params: { path: { name } }, body: { expires_at: 0 } }),
  );
}

export function refreshSources(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: sourcesQuery.queryKey, exact: true });
}
