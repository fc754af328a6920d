import { mutationOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { PosedQuestion } from "@/lib/model";

/** One of these is what the kind of question asks for. */
export interface Given {
  readonly chosen: string[];
  readonly text: string;
  readonly pairs: Record<string, string>;
}

export const NOTHING: Given = { chosen: [], text: "", pairs: {} };

/** What to practise now. It stays as it is while somebody practises: the order was drawn once. */
export function dueQuery(source: string) {
  return queryOptions({
    queryKey: ["practice", "due", source],
    queryFn: () => unwrap(api.GET("/api/v2/practice/due", { params: { query: { source, limit: 20 } } })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}

export const masteryQuery = queryOptions({
  queryKey: ["practice", "mastery"],
  queryFn: () => unwrap(api.GET("/api/v2/practice/mastery")),
});

interface Sent extends Given {
  readonly attempt: string;
  readonly question: PosedQuestion;
}

/** Sent again under the same attempt, an answer counts once. */
export const answering = mutationOptions({
  mutationFn: ({ attempt, question, chosen, text, pairs }: Sent) =>
    unwrap(
      api.POST("/api/v2/practice/answers", {
        body: { attempt, question: question.id, version: question.version, chosen, text, pairs },
      }),
    ),
});
