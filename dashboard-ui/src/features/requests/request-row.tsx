import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { Time } from "@/components/time";
import { fileOf, TaskFile } from "@/features/tasks/task-file";
import { TaskNow } from "@/features/tasks/task-now";
import { taskDetailQuery } from "@/features/tasks/task-queries";
import { TaskState } from "@/features/tasks/task-state";
import { isFinal } from "@/features/tasks/task-states";
import type { TaskItem } from "@/lib/model";
import { isOfProgram } from "./request-queries";
import styles from "./request-tray.module.css";

interface RequestRowProps {
  readonly task: TaskItem;
  /** Absent where it may not be cancelled. */
  readonly onCancel?: (() => void) | undefined;
  /** Leads somewhere else. */
  readonly onLeave: () => void;
}

/** One request: what it is, how far it is or what it gave, and what can be done about it. */
export function RequestRow({ task, onCancel, onLeave }: RequestRowProps) {
  return (
    <li className={styles["row"]}>
      <div className={styles["head"]}>
        <Link to="/tasks/$id" params={{ id: task.id }} className={styles["name"]} onClick={onLeave}>
          {task.action}
        </Link>
        {task.state === "running" && task.wanted === "" ? (
          <span className={styles["since"]}>
            {isOfProgram(task) && "a program's, "}since <Time at={task.created_at} />
          </span>
        ) : (
          <TaskState task={task} />
        )}
      </div>
      <div className={styles["now"]}>
        <Now task={task} onLeave={onLeave} />
        {onCancel !== undefined && !isFinal(task) && task.wanted === "" && (
          <CancelButton task={task} onCancel={onCancel} />
        )}
      </div>
      {task.state === "running" && task.message !== "" && <p className={styles["message"]}>{task.message}</p>}
    </li>
  );
}

function Now({ task, onLeave }: Omit<RequestRowProps, "onCancel">) {
  if (task.state === "succeeded") return <Outcome task={task} onLeave={onLeave} />;
  return (
    <div>
      <TaskNow task={task} />
    </div>
  );
}

/** Its file, where it left one; otherwise the way to what it gave. */
function Outcome({ task, onLeave }: { readonly task: TaskItem; readonly onLeave: () => void }) {
  const { data } = useQuery(taskDetailQuery(task.id));
  const file = fileOf(data?.result);
  if (file === undefined) {
    return (
      <div>
        <Link
          to="/tasks/$id"
          params={{ id: task.id }}
          className={buttonClass({ size: "sm" })}
          onClick={onLeave}
        >
          Look at the result
        </Link>
      </div>
    );
  }
  return <TaskFile file={file} />;
}

function CancelButton({ task, onCancel }: { readonly task: TaskItem; readonly onCancel: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <Button
      size="sm"
      disabled={asked}
      aria-label={`Cancel ${task.action}`}
      onClick={() => {
        setAsked(true);
        onCancel();
      }}
    >
      {asked ? "Cancelling…" : "Cancel"}
    </Button>
  );
}
