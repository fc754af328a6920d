import { Link } from "@tanstack/react-router";
import { actColumn, RowSub, rowLink } from "@/components/row-title";
import { Time, useNow } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { TaskItem } from "@/lib/model";
import { formatDuration } from "@/lib/time";
import { TaskMenu, type TaskMenuProps } from "./task-menu";
import { TaskNow } from "./task-now";
import { TaskOrigin } from "./task-origin";
import { TaskState } from "./task-state";
import styles from "./tasks-table.module.css";

export function TaskName({ task }: { readonly task: TaskItem }) {
  return (
    <>
      <Link to="/tasks/$id" params={{ id: task.id }} className={rowLink} data-row-link>
        {task.action}
      </Link>
      <RowSub oneLine mono={task.origin === ""}>
        <TaskOrigin task={task} />
      </RowSub>
    </>
  );
}

/** How long the newest attempt took, or has been running. */
export function Took({ task }: { readonly task: TaskItem }) {
  const now = useNow();
  if (task.started_at === null) return <span className="muted">–</span>;
  const until = task.ended_at ?? (task.state === "running" ? now : undefined);
  if (until === undefined) return <span className="muted">–</span>;
  return formatDuration(Math.max(0, until - task.started_at));
}

const column = (id: string, header: string, cell: Column<TaskItem>["cell"]): Column<TaskItem> => ({
  id,
  header,
  cell,
  className: styles[id],
});

const COLUMNS: readonly Column<TaskItem>[] = [
  column("state", "State", (task) => <TaskState task={task} />),
  column("task", "Task", (task) => <TaskName task={task} />),
  column("now", "Now", (task) => <TaskNow task={task} />),
  column("tries", "Attempts", (task) => <span>{task.attempt}</span>),
  column("made", "Made", (task) => <Time at={task.created_at} />),
  column("took", "Took", (task) => <Took task={task} />),
];

/** With the menu for those who may change tasks. */
export function taskColumns(onStop: TaskMenuProps["onStop"] | undefined): readonly Column<TaskItem>[] {
  if (onStop === undefined) return COLUMNS;
  return [
    ...COLUMNS,
    {
      id: "act",
      header: "Actions",
      cell: (task) => <TaskMenu task={task} onStop={onStop} />,
      className: actColumn,
    },
  ];
}
