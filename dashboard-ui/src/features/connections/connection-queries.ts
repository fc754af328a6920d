import { queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";

/** Connections come, go and fill up all the time, and no entry says so. */
const REFRESH_MS = 2_000;

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: () => unwrap(api.GET("/api/v2/connections")),
  refetchInterval: REFRESH_MS,
  staleTime: 0,
});

export async function closeConnection(id: string): Promise<void> {
  await settle(
    api.DELETE("/api/v2/connections/{connection_id}", { params: { path: { connection_id: id } } }),
  );
}
