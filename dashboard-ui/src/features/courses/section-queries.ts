import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Passage } from "@/lib/model";

const PAGE = 2_000;
/** Of longer media the rest is reached by leaving the end open. */
const MOST_PAGES = 10;
/** As many as the server gives at once. */
const MOST_CONCEPTS = 2_000;

/** Media whose text was read, by name. */
export const readableQuery = queryOptions({
  queryKey: ["library", "readable"],
  queryFn: async () => {
    const { items } = await unwrap(api.GET("/api/v2/media", { params: { query: { limit: 500 } } }));
    return items.filter(({ state, words }) => state === "ready" && words > 0);
  },
});

const passagesFrom = (medium: string, first: number) =>
  unwrap(
    api.GET("/api/v2/media/{medium_id}/text", {
      params: { path: { medium_id: medium }, query: { first, limit: PAGE } },
    }),
  );

/** What a medium says, passage by passage. */
export const passagesQuery = (medium: string) =>
  queryOptions({
    queryKey: ["library", "medium", medium, "passages"],
    queryFn: async (): Promise<readonly Passage[]> => {
      const { passages, total } = await passagesFrom(medium, 0);
      const pages = Math.min(MOST_PAGES, Math.ceil(total / PAGE));
      const firsts = Array.from({ length: Math.max(0, pages - 1) }, (_, page) => (page + 1) * PAGE);
      const rest = await Promise.all(firsts.map((first) => passagesFrom(medium, first)));
      return [...passages, ...rest.flatMap((one) => one.passages)];
    },
  });

/** Names of the concepts that a medium defines. */
export const definedQuery = (medium: string) =>
  queryOptions({
    queryKey: ["library", "medium", medium, "defined"],
    queryFn: async () => {
      const { items } = await unwrap(
        api.GET("/api/v2/media/{medium_id}/concepts", {
          params: { path: { medium_id: medium }, query: { limit: MOST_CONCEPTS } },
        }),
      );
      return items.filter(({ kind, text }) => kind !== "medium" && text !== "").map(({ name }) => name);
    },
  });
