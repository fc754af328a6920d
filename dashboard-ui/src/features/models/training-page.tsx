import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { ModelIcon, PlusIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { meQuery } from "@/features/session/session-queries";
import { type StopAct, StopDialog } from "@/features/tasks/stop-dialog";
import { taskColumns } from "@/features/tasks/task-columns";
import { taskListQuery } from "@/features/tasks/task-queries";
import tableStyles from "@/features/tasks/tasks-table.module.css";
import { useLiveTasks } from "@/features/tasks/use-live-tasks";
import { may, type TaskItem } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { MissingNote } from "./missing-note";
import { ModelTabs } from "./model-tabs";
import styles from "./models-page.module.css";
import { TrainForm } from "./train-form";

const TRAININGS = { action: "models.train,models.evaluate" } as const;
const keyOf = (task: TaskItem): string => task.id;

/** Trainings and evaluations: ask for one, and watch how far each is. */
export function TrainingPage() {
  usePageTitle("Training");
  useLiveTasks();
  const me = useQuery(meQuery).data;
  const list = useInfiniteQuery(taskListQuery(TRAININGS));
  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const mayStop = may(me, "tasks:write");
  const [asking, setAsking] = useState(false);
  const [stopping, setStopping] = useState<{ task: TaskItem; act: StopAct } | undefined>();
  const columns = useMemo(
    () => taskColumns(mayStop ? (task, act) => setStopping({ task, act }) : undefined),
    [mayStop],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  return (
    <>
      <h1 className="visually-hidden">Training</h1>
      <ModelTabs />
      <MissingNote />
      {may(me, "models:write") && (
        <div className={styles["bar"]}>
          <Button look="primary" onClick={() => setAsking(true)}>
            <PlusIcon size={14} /> Train a model
          </Button>
        </div>
      )}
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={5} label="Loading trainings" />}
        {list.data && tasks.length === 0 && (
          <EmptyState title="No training so far" icon={<ModelIcon size={22} />}>
            <p>
              A training gathers rows, fits a model, measures it on rows that it has not seen, and keeps it.
            </p>
          </EmptyState>
        )}
        {tasks.length > 0 && (
          <VirtualTable
            label="Trainings and evaluations, newest first"
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
      {asking && <TrainForm onClose={() => setAsking(false)} />}
      {stopping !== undefined && <StopDialog {...stopping} onClose={() => setStopping(undefined)} />}
    </>
  );
}
