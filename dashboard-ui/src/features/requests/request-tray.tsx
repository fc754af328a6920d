/** In the header, wherever one is: what was asked for, how far it is, and what it gave. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/button";
import { RequestIcon } from "@/components/icons";
import { ProblemPanel } from "@/components/notice";
import { Popover } from "@/components/popover";
import { useFeeds } from "@/features/live/live-context";
import { meQuery } from "@/features/session/session-queries";
import { isFinal } from "@/features/tasks/task-states";
import { useTaskActs } from "@/features/tasks/use-task-acts";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { type Me, may, type TaskItem } from "@/lib/model";
import { useAsking } from "./asking";
import { ProgressRing } from "./progress-ring";
import { FEEDS, requestsKey, requestsQuery, tookLong } from "./request-queries";
import styles from "./request-tray.module.css";
import { useCleared } from "./use-cleared";

const REFRESH_MS = 300;

// Loaded when the tray is first opened with something in it, so that the first page does not wait for it.
const RequestRow = lazy(() => import("./request-row").then((module) => ({ default: module.RequestRow })));

export function RequestTray() {
  const { data: me } = useQuery(meQuery);
  return may(me, "tasks:read") && me !== undefined ? <Tray me={me} /> : null;
}

function listener(queryClient: QueryClient): TopicListener {
  const refresh = (): void => void queryClient.invalidateQueries({ queryKey: requestsKey });
  return { onEvent: slowBatch<string>(() => "requests", REFRESH_MS, refresh), onGap: refresh };
}

function useLiveRequests(): void {
  const queryClient = useQueryClient();
  const [stable] = useState(() => listener(queryClient));
  useFeeds(FEEDS, stable);
}

function Tray({ me }: { readonly me: Me }) {
  useLiveRequests();
  const [open, setOpen] = useState(false);
  const [cleared, clear] = useCleared();
  const asking = useAsking();
  const act = useTaskActs();
  const list = useQuery(requestsQuery(me.id));
  const isShown = (task: TaskItem): boolean =>
    !isFinal(task) || ((asking.isOurs(task.id) || tookLong(task)) && (task.ended_at ?? 0) > cleared);
  const shown = (list.data ?? []).filter(isShown);
  const active = shown.filter((task) => !isFinal(task));
  const canCancel = may(me, "tasks:write");
  const cancelOf = (task: TaskItem): (() => void) | undefined => {
    if (asking.isOurs(task.id)) return () => asking.cancel(task.id);
    return canCancel ? () => void act(task, "cancel") : undefined;
  };
  const says = active.length === 0 ? "none under way" : `${active.length} under way`;

  return (
    <Popover
      label="Requests"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="quiet" aria-label={`Requests: ${says}`} title={`Requests: ${says}`}>
          {active.length === 0 ? <RequestIcon /> : <ProgressRing percent={meanOf(active)} />}
          {active.length > 0 && <span className={styles["badge"]}>{active.length}</span>}
        </Button>
      }
    >
      <div className={styles["tray"]}>
        <div className={styles["bar"]}>
          <h2 className={styles["title"]}>Requests</h2>
          {active.length < shown.length && (
            <Button look="quiet" size="sm" onClick={clear}>
              Clear ended
            </Button>
          )}
        </div>
        {list.isError && !list.data && (
          <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
        )}
        {shown.length > 0 && (
          <ul className={styles["rows"]} aria-label="Requests, newest first">
            <Suspense>
              {shown.map((task) => (
                <RequestRow
                  key={task.id}
                  task={task}
                  onCancel={cancelOf(task)}
                  onLeave={() => setOpen(false)}
                />
              ))}
            </Suspense>
          </ul>
        )}
        {list.data && shown.length === 0 && (
          <p className={styles["none"]}>
            Nothing is under way. Exports, reports and backtests show up here while they run, wherever they
            were asked for: on this page, in another tab, on the command line or by a program.
          </p>
        )}
        <Link to="/tasks" className={styles["all"]} onClick={() => setOpen(false)}>
          All tasks of the server
        </Link>
      </div>
    </Popover>
  );
}

const meanOf = (tasks: readonly TaskItem[]): number =>
  tasks.reduce((sum, { percent }) => sum + percent, 0) / Math.max(1, tasks.length);
