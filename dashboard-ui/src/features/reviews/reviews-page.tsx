import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type Review, type ReviewVerdict } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { ReviewCard } from "./review-card";
import { type Kinds, reviewQueueQuery } from "./review-queries";
import styles from "./reviews-page.module.css";
import { useAnswering } from "./use-answering";

/** From this on, suggestions may be confirmed together. */
const SURE = 0.9;

const KINDS = [
  ["all", "All"],
  ["prerequisite", "Prerequisites"],
  ["link", "Links"],
] as const satisfies readonly (readonly [Kinds, string])[];

export function ReviewsPage() {
  usePageTitle("Review queue");
  const [kinds, setKinds] = useState<Kinds>("all");
  const queue = useQuery(reviewQueueQuery(kinds));
  const mayAnswer = may(useQuery(meQuery).data, "graph:write");
  const { gone, answer, confirmAll, undo } = useAnswering();
  const [picked, setPicked] = useState("");

  const waiting = (queue.data?.items ?? []).filter(({ id }) => !gone.has(id));
  const at = Math.max(
    0,
    waiting.findIndex(({ id }) => id === picked),
  );
  const current = waiting[at];
  const sure = waiting.filter(({ kind, probability }) => kind === "prerequisite" && probability >= SURE);
  const left = queue.data ? (queue.data.open["prerequisite"] ?? 0) + (queue.data.open["link"] ?? 0) : 0;

  const judge = (review: Review | undefined, verdict: ReviewVerdict): void => {
    if (review === undefined || !mayAnswer) return;
    const next = waiting[waiting.indexOf(review) + 1] ?? waiting[waiting.indexOf(review) - 1];
    setPicked(next?.id ?? "");
    answer(review, verdict);
  };
  const step = (by: number): void => setPicked(waiting[Math.min(waiting.length - 1, at + by)]?.id ?? "");
  useShortcut("j", () => step(1));
  useShortcut("k", () => step(at > 0 ? -1 : 0));
  useShortcut("y", () => judge(current, "confirm"));
  useShortcut("n", () => judge(current, "deny"));
  useShortcut("m", () => judge(current, "merge"));
  useShortcut("s", () => judge(current, "skip"));
  useShortcut("u", undo);

  return (
    <>
      <h1 className="visually-hidden">Review queue</h1>
      <AcademyTabs />
      <div className={styles["head"]}>
        <p className={styles["count"]}>
          {queue.data && (
            <>
              <strong>{formatNumber(Math.max(0, left))}</strong> waiting · {formatNumber(queue.data.answered)}{" "}
              answered · {formatNumber(queue.data.skipped)} skipped
            </>
          )}
        </p>
        <Segmented legend="Kind" value={kinds} options={KINDS} onChange={setKinds} />
        {mayAnswer && sure.length > 1 && (
          <Button size="sm" onClick={() => confirmAll(sure)}>
            Confirm {plural(sure.length, "suggestion")} above 90 %
          </Button>
        )}
        <p className={styles["keys"]}>
          <kbd>j</kbd> <kbd>k</kbd> move · <kbd>y</kbd> yes · <kbd>n</kbd> no · <kbd>m</kbd> one ·{" "}
          <kbd>s</kbd> skip · <kbd>u</kbd> undo
        </p>
      </div>
      {queue.isError && !queue.data && (
        <ProblemPanel error={queue.error} onRetry={() => void queue.refetch()} busy={queue.isFetching} />
      )}
      <Panel hidden={queue.isError && !queue.data}>
        {queue.isPending && <Skeleton rows={6} label="Loading suggestions" />}
        {queue.data && waiting.length === 0 && (
          <EmptyState title="Nothing waits for an answer" icon={<CheckIcon size={22} />}>
            <p>Suggestions come from what is imported: which concept must be understood before which.</p>
          </EmptyState>
        )}
        {waiting.length > 0 && (
          <ul className={styles["list"]} aria-label="Suggestions">
            {waiting.map((review) => (
              <ReviewCard
                key={review.id}
                review={review}
                current={review === current}
                mayAnswer={mayAnswer}
                onAnswer={(verdict) => judge(review, verdict)}
                onPick={() => setPicked(review.id)}
              />
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}
