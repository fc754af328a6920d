import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Skeleton } from "@/components/skeleton";
import { usePageTitle } from "@/lib/page-title";
import { FirstSource } from "./first-source";
import { RejectedLines } from "./rejected-lines";
import { freshSourcesQuery } from "./source-queries";
import styles from "./sources-page.module.css";
import { SourcesTable } from "./sources-table";

export function SourcesPage() {
  usePageTitle("Sources");
  const { rejected } = useSearch({ from: "/app/sources" });
  const navigate = useNavigate({ from: "/sources" });
  const sources = useQuery(freshSourcesQuery);
  const items = sources.data?.items ?? [];
  const show = (name: string | undefined): void =>
    void navigate({ search: name === undefined ? {} : { rejected: name }, resetScroll: false });

  return (
    <>
      <PageHead title="Sources" lead="Where events come from, and how far they have got." />
      {sources.isPending && (
        <div className={styles["panel"]}>
          <Skeleton rows={4} label="Loading sources" />
        </div>
      )}
      {sources.isError && !sources.data && (
        <ProblemPanel
          error={sources.error}
          onRetry={() => void sources.refetch()}
          busy={sources.isFetching}
        />
      )}
      {sources.data && items.length === 0 && (
        <div className={styles["panel"]}>
          <FirstSource />
        </div>
      )}
      {items.length > 0 && <SourcesTable sources={items} onRejected={show} />}
      {rejected !== undefined && <RejectedLines name={rejected} onClose={() => show(undefined)} />}
    </>
  );
}
