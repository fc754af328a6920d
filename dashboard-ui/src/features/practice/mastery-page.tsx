import { useQuery } from "@tanstack/react-query";
import { classes } from "@/components/classes";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import type { ConceptMastery } from "@/lib/model";
import { formatPercent } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import styles from "./practice.module.css";
import { masteryQuery } from "./practice-queries";

/** What one masters, the least first, each concept with why. */
export function MasteryPage() {
  usePageTitle("Mastery");
  const found = useQuery(masteryQuery);
  const data = found.data;
  return (
    <>
      <AcademyTabs />
      <div className={styles["page"]}>
        <div className={styles["head"]}>
          <h1 className={styles["title"]}>What you master</h1>
          {data && data.items.length > 0 && (
            <p className={styles["count"]}>
              {data.mastered} of {data.items.length} concepts
            </p>
          )}
        </div>
        {found.isError && (
          <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
        )}
        <Panel hidden={found.isError}>
          {found.isPending && <Skeleton rows={4} label="Loading what you master" />}
          {data?.items.length === 0 && (
            <EmptyState title="Nothing answered yet">
              <p>Each answer says something about the concepts that it is about.</p>
            </EmptyState>
          )}
          {data && data.items.length > 0 && (
            <ul className={styles["concepts"]} aria-label="Concepts">
              {data.items.map((one) => (
                <Concept key={one.concept} one={one} />
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </>
  );
}

function Concept({ one }: { readonly one: ConceptMastery }) {
  return (
    <li className={styles["concept"]}>
      <details>
        <summary className={styles["summary"]}>
          <span className={styles["optionText"]}>{one.name}</span>
          <meter
            className={classes(styles["meter"], one.is_mastered && styles["full"])}
            min={0}
            max={1}
            value={one.mastery}
            aria-label={`Mastery of ${one.name}`}
          />
          <span className={styles["percent"]}>{formatPercent(one.mastery)}</span>
        </summary>
        <ul className={styles["reasons"]}>
          {one.reasons.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      </details>
    </li>
  );
}
