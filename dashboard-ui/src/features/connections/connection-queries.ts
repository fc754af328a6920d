import { queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { ConnectionItem } from "@/lib/model";

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

/** The view's state; all of it lives in the address. */
export interface ConnectionSearch {
  readonly q?: string;
  readonly topic?: string;
}

export function parseConnectionSearch(raw: Record<string, unknown>): ConnectionSearch {
  const { q, topic } = raw;
  return {
    ...(typeof q === "string" && q.trim() !== "" && { q: q.trim() }),
    ...(typeof topic === "string" && topic !== "" && { topic }),
  };
}

/** Whether a connection is looked for: by who, from where, with what, or its id. */
export function isWanted(connection: ConnectionItem, { q = "", topic }: ConnectionSearch): boolean {
  if (topic !== undefined && !connection.topics.includes(topic)) return false;
  const { user, address, client, id } = connection;
  return [user, address, client, id].some((text) => text.toLowerCase().includes(q.toLowerCase()));
}
