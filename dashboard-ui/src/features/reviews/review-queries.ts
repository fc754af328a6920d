import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Review, ReviewKind, ReviewVerdict } from "@/lib/model";

export type Kinds = "all" | ReviewKind;

export const reviewKeys = {
  all: ["reviews"] as const,
  queue: (kinds: Kinds) => ["reviews", "queue", kinds] as const,
};

/** So many wait on the page; more come as they are answered. */
const AHEAD = 60;

export function reviewQueueQuery(kinds: Kinds) {
  return queryOptions({
    queryKey: reviewKeys.queue(kinds),
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/reviews", {
          params: { query: { limit: AHEAD, ...(kinds !== "all" && { kind: kinds }) } },
        }),
      ),
  });
}

export function answerReview(id: string, verdict: ReviewVerdict): Promise<{ readonly id: string }> {
  return unwrap(
    api.POST("/api/v2/reviews/{review_id}/answer", {
      params: { path: { review_id: id } },
      body: { verdict, sentence: "" },
    }),
  );
}

/** Answers several in one request; those that could not be answered come back with why. */
export async function answerReviews(reviews: readonly Review[], verdict: ReviewVerdict) {
  const { items } = await unwrap(
    api.POST("/api/v2/reviews/answers", {
      body: { answers: reviews.map(({ id }) => ({ id, verdict })) },
    }),
  );
  return items;
}

export function undoAnswer(id: string): Promise<{ readonly id: string }> {
  return unwrap(
    api.POST("/api/v2/reviews/answers/{answer_id}/undo", { params: { path: { answer_id: id } } }),
  );
}
