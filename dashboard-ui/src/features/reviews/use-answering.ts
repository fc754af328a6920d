import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toastProblem, toastSaid, toastUndo } from "@/components/toaster";
import type { Review, ReviewVerdict } from "@/lib/model";
import { plural } from "@/lib/number";
import { answerReview, answerReviews, reviewKeys, undoAnswer } from "./review-queries";

const DONE: Readonly<Record<ReviewVerdict, string>> = {
  confirm: "Confirmed",
  deny: "Denied",
  merge: "Merged",
  skip: "Skipped",
};

/** How many answers in a row before the order is asked for anew: each teaches the model a little. */
const ANEW_AFTER = 8;

interface Given {
  readonly reviews: readonly string[];
  /** Ids of the answers, once the server has them. */
  readonly answers: Promise<readonly string[]>;
}

/** Answers that leave the page at once, reach the server behind it, and can be taken back in turn. */
export function useAnswering() {
  const queryClient = useQueryClient();
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const given = useRef<Given[]>([]);
  const since = useRef(0);

  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: reviewKeys.all });
  const comeBack = (ids: readonly string[]): void =>
    setGone((before) => new Set([...before].filter((id) => !ids.includes(id))));

  const undo = async (): Promise<void> => {
    const last = given.current.pop();
    if (last === undefined) {
      toastSaid("There is nothing to undo");
      return;
    }
    try {
      const answers = await last.answers;
      await Promise.all(answers.map(undoAnswer));
      await refresh();
      comeBack(last.reviews);
    } catch (error) {
      toastProblem("The answer stands", error);
    }
  };

  const keep = (reviews: readonly Review[], title: string, answers: Promise<readonly string[]>): void => {
    const ids = reviews.map(({ id }) => id);
    setGone((before) => new Set([...before, ...ids]));
    given.current.push({ reviews: ids, answers });
    since.current += 1;
    toastUndo("review", title, () => void undo());
    void settle(reviews, answers);
  };

  const settle = async (reviews: readonly Review[], answers: Promise<readonly string[]>): Promise<void> => {
    try {
      await answers;
      if (since.current < ANEW_AFTER && reviews.length === 1) return;
      since.current = 0;
      await refresh();
    } catch (error) {
      given.current = given.current.filter((each) => each.answers !== answers);
      comeBack(reviews.map(({ id }) => id));
      toastProblem("The answer was not taken", error);
    }
  };

  return {
    gone,
    undo: () => void undo(),
    answer: (review: Review, verdict: ReviewVerdict): void =>
      keep(
        [review],
        `${DONE[verdict]}: ${review.source.name}, ${review.target.name}`,
        answerReview(review.id, verdict).then(({ id }) => [id]),
      ),
    confirmAll: (reviews: readonly Review[]): void =>
      keep(
        reviews,
        `Confirmed ${plural(reviews.length, "suggestion")}`,
        answerReviews(reviews, "confirm").then((items) => {
          const refused = items.filter(({ code }) => code !== "");
          if (refused.length > 0) toastSaid(`${plural(refused.length, "suggestion")} could not be confirmed`);
          return items.flatMap(({ answer }) => (answer ? [answer.id] : []));
        }),
      ),
  };
}
