import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { TaskIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type TaskItem } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { type StopAct, StopDialog } from "./stop-dialog";
import { taskColumns } from "./task-columns";
import { TaskFilters } from "./task-filters";
import { taskListQuery } from "./task-queries";
import tableStyles from "./tasks-table.module.css";
import { useLiveTasks } from "./use-live-tasks";

const keyOf = (task: TaskItem): string => task.id;

export function TasksPage() {
  usePageTitle("Tasks");
  useLiveTasks();
  const search = useSearch({ from: "/app/tasks" });
  const navigate = useNavigate({ from: "/tasks" });
  const list = useInfiniteQuery(taskListQuery(search));
  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const mayChange = may(useQuery(meQuery).data, "tasks:write");
  const [stopping, setStopping] = useState<{ task: TaskItem; act: StopAct } | undefined>();
  const columns = useMemo(
    () => taskColumns(mayChange ? (task, act) => setStopping({ task, act }) : undefined),
    [mayChange],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const change = (changes: Record<string, unknown>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const reset = (): void => void navigate({ search: {} });

  return (
    <>
      <h1 className="visually-hidden">Tasks</h1>
      <OperationsTabs />
      <TaskFilters search={search} onChange={change} onReset={reset} />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={8} label="Loading tasks" />}
        {list.data && tasks.length === 0 && (
          <NoTasks narrowed={Object.keys(search).length > 0} onReset={reset} />
        )}
        {tasks.length > 0 && (
          <VirtualTable
            label="Tasks, newest first"
            rows={tasks}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => tableStyles["card"]}
            rowHeight={46}
            hasMore={list.hasNextPage}
            onMore={more}
          />
        )}
      </Panel>
      {stopping !== undefined && <StopDialog {...stopping} onClose={() => setStopping(undefined)} />}
    </>
  );
}

function NoTasks({ narrowed, onReset }: { readonly narrowed: boolean; readonly onReset: () => void }) {
  return narrowed ? (
    <EmptyState title="No task matches these filters">
      <Button onClick={onReset}>Reset the filters</Button>
    </EmptyState>
  ) : (
    <EmptyState title="No tasks so far" icon={<TaskIcon size={22} />}>
      <p>
        What the server does by itself, on a schedule or because somebody asked, shows up here while it runs.
      </p>
    </EmptyState>
  );
}
