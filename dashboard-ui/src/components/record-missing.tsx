import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { isStatus } from "@/lib/problem";

/** What the page or drawer of one record shows while it has none: it loads, does not exist, or cannot be read. */
export function RecordMissing({
  query,
  noun,
  why,
  children,
  part = false,
}: {
  readonly query: UseQueryResult;
  /** What the record is, in lower case: "alert". */
  readonly noun: string;
  /** Why it may not exist, as a sentence. */
  readonly why: string;
  /** The way back. */
  readonly children: ReactNode;
  /** It stands in a drawer, which has a title already. */
  readonly part?: boolean;
}) {
  if (isStatus(query.error, 404)) {
    return (
      <EmptyState title={`This ${noun} does not exist`} whole={!part}>
        <p>{why}</p>
        {children}
      </EmptyState>
    );
  }
  if (query.isError) {
    return (
      <ProblemPanel
        error={query.error}
        onRetry={() => void query.refetch()}
        busy={query.isFetching}
        whole={!part}
      />
    );
  }
  return (
    <>
      {!part && <h1 className="visually-hidden">{noun[0]?.toUpperCase() + noun.slice(1)}</h1>}
      <Skeleton rows={8} label={`Loading the ${noun}`} />
    </>
  );
}
