import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export const libraryKeys = {
  all: ["library"] as const,
  media: ["library", "media"] as const,
  figures: ["library", "figures"] as const,
  unfinished: ["library", "unfinished"] as const,
  medium: (id: string) => ["library", "medium", id] as const,
  concepts: (id: string) => ["library", "medium", id, "concepts"] as const,
  text: (id: string) => ["library", "medium", id, "text"] as const,
};

const PAGE = 100;
const PASSAGES = 200;

const of = (id: string) => ({ params: { path: { medium_id: id } } });

export const mediaQuery = infiniteQueryOptions({
  queryKey: libraryKeys.media,
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/v2/media", {
        params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: (page) => page.next,
});

/** How much is kept, how much may be, and which formats. */
export const figuresQuery = queryOptions({
  queryKey: libraryKeys.figures,
  queryFn: () => unwrap(api.GET("/api/v2/media/library")),
});

/** Uploads that stopped on their way. */
export const unfinishedQuery = queryOptions({
  queryKey: libraryKeys.unfinished,
  queryFn: () => unwrap(api.GET("/api/v2/media/uploads", { params: { query: { limit: 100 } } })),
});

export const mediumQuery = (id: string) =>
  queryOptions({
    queryKey: libraryKeys.medium(id),
    queryFn: () => unwrap(api.GET("/api/v2/media/{medium_id}", of(id))),
  });

/** What a medium names, and what goes with it. */
export const conceptsQuery = (id: string) =>
  queryOptions({
    queryKey: libraryKeys.concepts(id),
    queryFn: () => unwrap(api.GET("/api/v2/media/{medium_id}/concepts", of(id))),
  });

export const textQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: libraryKeys.text(id),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/media/{medium_id}/text", {
          params: { path: { medium_id: id }, query: { first: pageParam, limit: PASSAGES } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ total, passages }) => {
      const next = (passages.at(-1)?.number ?? total) + 1;
      return next < total ? next : null;
    },
  });

export const readAgain = (id: string) => unwrap(api.POST("/api/v2/media/{medium_id}/read", of(id)));

/** Have a recording heard: what is said becomes captions beside it. */
export const transcribe = (id: string) =>
  unwrap(api.POST("/api/v2/media/{medium_id}/transcribe", { ...of(id), body: { language: "" } }));

export const deleteMedium = (id: string) => unwrap(api.DELETE("/api/v2/media/{medium_id}", of(id)));

/** Where the bytes of a medium are had as they came. */
export const originalUrl = (id: string): string => `/api/v2/media/${encodeURIComponent(id)}/original`;
