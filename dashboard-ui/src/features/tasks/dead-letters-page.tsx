import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type TaskItem } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { deadLetterColumns } from "./dead-letter-columns";
import { DeadLetterFilters } from "./dead-letter-filters";
import { deadLetterListQuery } from "./dead-letter-queries";
import styles from "./dead-letters-page.module.css";
import { ResubmitAllDialog } from "./resubmit-all-dialog";
import { SelectionBar } from "./selection-bar";
import { useLiveLetters } from "./use-live-letters";

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}

const keyOf = (letter: TaskItem): string => letter.id;

export function DeadLettersPage() {
  usePageTitle("Dead letters");
  useLiveLetters();
  const search = useSearch({ from: "/app/dead-letters" });
  const navigate = useNavigate({ from: "/dead-letters" });
  const list = useInfiniteQuery(deadLetterListQuery(search));
  const letters = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const mayChange = may(useQuery(meQuery).data, "recovery:write");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [resubmitting, setResubmitting] = useState(false);
  const choose = useCallback((id: string) => setChosen((before) => toggled(before, id)), []);
  const columns = useMemo(
    () => deadLetterColumns(mayChange ? { chosen, onChoose: choose } : undefined),
    [mayChange, chosen, choose],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const change = (changes: Record<string, unknown>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const selected = letters.filter(({ id, resolved_at: resolved }) => chosen.has(id) && resolved === null);

  return (
    <>
      <h1 className="visually-hidden">Dead letters</h1>
      <OperationsTabs />
      <DeadLetterFilters search={search} onChange={change} onReset={() => void navigate({ search: {} })}>
        {mayChange && search.resolved !== "resolved" && letters.length > 0 && (
          <Button onClick={() => setResubmitting(true)}>Resubmit all…</Button>
        )}
      </DeadLetterFilters>
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={6} label="Loading dead letters" />}
        {list.data && letters.length === 0 && <NoLetters narrowed={Object.keys(search).length > 0} />}
        {letters.length > 0 && (
          <VirtualTable
            label="Dead letters, newest first"
            rows={letters}
            columns={columns}
            rowKey={keyOf}
            rowClass={({ id }) => classes(styles["card"], chosen.has(id) && styles["chosen"])}
            rowHeight={46}
            hasMore={list.hasNextPage}
            onMore={more}
          />
        )}
      </Panel>
      {selected.length > 0 && <SelectionBar letters={selected} onClear={() => setChosen(new Set())} />}
      {resubmitting && <ResubmitAllDialog search={search} onClose={() => setResubmitting(false)} />}
    </>
  );
}

function NoLetters({ narrowed }: { readonly narrowed: boolean }) {
  return narrowed ? (
    <EmptyState title="No dead letter matches these filters" />
  ) : (
    <EmptyState title="Nothing has given up" icon={<CheckIcon size={22} />}>
      <p>
        A task that fails for good is kept here with its input and every attempt, until somebody deals with
        it.
      </p>
    </EmptyState>
  );
}
