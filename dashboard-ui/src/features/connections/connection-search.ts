/** Which connections: as search parameters in the address, and as a test on one. */
import type { ConnectionItem } from "@/lib/model";

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
