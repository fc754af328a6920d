import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Panel } from "@/components/panel";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { SuppressionCard } from "./suppression-card";
import { suppressionListQuery } from "./suppression-queries";
import styles from "./suppressions-page.module.css";

const SHOWN = [
  ["active", "In force"],
  ["all", "All"],
] as const;
type Shown = (typeof SHOWN)[number][0];

/** What raises no alert, why, and how much that hides. */
export function SuppressionsPage() {
  usePageTitle("Suppressions");
  const [shown, setShown] = useState<Shown>("active");
  const { data: me } = useQuery(meQuery);
  const list = useInfiniteQuery(suppressionListQuery(shown === "active"));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead
        back={<Link to="/alerts">Alerts</Link>}
        title="Suppressions"
        lead={
          <p className="muted">
            Findings that raise no alert. Each one is counted; the events are kept like any other.
          </p>
        }
        actions={<Segmented legend="Which" value={shown} options={SHOWN} onChange={setShown} />}
      />
      {list.isPending && <Skeleton rows={4} label="Loading suppressions" />}
      {list.isError && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      {list.data && items.length === 0 && (
        <Panel>
          <EmptyState title={shown === "active" ? "Nothing is suppressed" : "Nothing was ever suppressed"}>
            <p>
              A suppression begins with an alert: open one that you do not want to see again, and press s.
            </p>
          </EmptyState>
        </Panel>
      )}
      <ul className={styles["list"]}>
        {items.map((one) => (
          <SuppressionCard key={one.id} suppression={one} canLift={may(me, "alerts:write")} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </>
  );
}
