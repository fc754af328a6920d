import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { ProgressBar } from "@/components/progress";
import { Skeleton } from "@/components/skeleton";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { usePageTitle } from "@/lib/page-title";
import { inWords } from "./mastery-words";
import styles from "./practice.module.css";
import { dueQuery } from "./practice-queries";
import { QuestionCard } from "./question-card";
import { SourceLink } from "./source-link";

/** What is due, one question at a time. */
export function PracticePage() {
  usePageTitle("Practice");
  const { source = "" } = useSearch({ from: "/app/practice" });
  const queryClient = useQueryClient();
  const found = useQuery(dueQuery(source));
  const [at, setAt] = useState(0);
  const [right, setRight] = useState(0);
  const items = found.data?.items ?? [];
  const item = items[at];

  /** A new session; what was answered wrong comes back in it when its time has come. */
  const again = (): void => {
    setAt(0);
    setRight(0);
    void queryClient.resetQueries({ queryKey: ["practice", "due", source] });
    void queryClient.invalidateQueries({ queryKey: ["practice", "mastery"] });
  };

  return (
    <>
      <AcademyTabs />
      <div className={styles["page"]}>
        <div className={styles["head"]}>
          <h1 className={styles["title"]}>Practice</h1>
          <SourceLink source={source} verb="Back to" size="sm" />
          {item && (
            <p className={styles["count"]}>
              {at + 1} of {items.length}
            </p>
          )}
        </div>
        {item && (
          <ProgressBar max={items.length} value={at} label={`${at} of ${items.length} questions answered`} />
        )}
        {found.isPending && <Skeleton rows={4} label="Loading what is due" />}
        {found.isError && (
          <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
        )}
        {item && (
          <QuestionCard
            key={item.question.id}
            item={item}
            isLast={at + 1 === items.length}
            onAnswered={(result) => setRight((count) => count + (result.judgement.is_right ? 1 : 0))}
            onNext={() => setAt(at + 1)}
          />
        )}
        {found.data && !item && items.length > 0 && (
          <EmptyState title={`${right} of ${items.length} right`}>
            <p>What was wrong comes back within minutes, the rest when it begins to fade.</p>
            <Button look="primary" onClick={again}>
              Go on
            </Button>
            <Link to="/practice/mastery" className={buttonClass({})}>
              See what you master
            </Link>
          </EmptyState>
        )}
        {found.data && items.length === 0 && <Nothing nextAt={found.data.next_at} onAgain={again} />}
      </div>
    </>
  );
}

function Nothing({ nextAt, onAgain }: { readonly nextAt: number; readonly onAgain: () => void }) {
  const [now] = useState(() => Date.now());
  const seconds = nextAt / 1_000_000 - now / 1_000;
  return (
    <EmptyState title="Nothing is due">
      <p>
        {nextAt === 0
          ? "Questions come with courses; those who teach write them."
          : `The next question comes in ${inWords(Math.max(0, seconds))}.`}
      </p>
      <Button onClick={onAgain}>Look again</Button>
    </EmptyState>
  );
}
