import type { ReactNode } from "react";
import { Progress } from "@/components/progress";
import { Time } from "@/components/time";
import type { TaskItem } from "@/lib/model";
import styles from "./task-now.module.css";
import { reasonText } from "./task-states";

/** What a task does now, what it waits for, or how it ended: one line. */
export function TaskNow({ task }: { readonly task: TaskItem }) {
  switch (task.state) {
    case "running":
      return <Progress percent={task.percent} label={`Progress of ${task.action}`} stage={task.stage} />;
    case "waiting":
      return (
        <Line>
          {task.due_at === null ? `Waits ${reasonText(task.reason)}` : "Waits until"}
          <Due task={task} />
        </Line>
      );
    case "retry_wait":
      return (
        <Line title={task.error}>
          Next attempt at
          <Due task={task} /> · {faultText(task)}
        </Line>
      );
    case "parked":
      return (
        <Line>
          Breaker {task.dependency} is open; asked again at
          <Due task={task} />
        </Line>
      );
    case "failed":
    case "dead":
      return <Line title={task.error}>{faultText(task) || asSentence(reasonText(task.reason))}</Line>;
    case "cancelled":
      return <Line>{asSentence(reasonText(task.reason))}</Line>;
    default:
      return <Line>{lastWords(task)}</Line>;
  }
}

export const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What a task said last, `Measured on 275 rows`: by itself, its message may be half a sentence. */
export const lastWords = ({ stage, message }: Pick<TaskItem, "stage" | "message">): string =>
  asSentence([stage, message].filter((part) => part !== "").join(" "));

/** What went wrong in the newest attempt. */
export function faultText({ error, error_code: code }: Pick<TaskItem, "error" | "error_code">): string {
  return error === "" ? code : error;
}

function Due({ task }: { readonly task: TaskItem }) {
  return task.due_at === null ? null : (
    <>
      {" "}
      <Time at={task.due_at} />
    </>
  );
}

interface LineProps {
  readonly children: ReactNode;
  readonly title?: string;
}

function Line({ children, title }: LineProps) {
  return (
    <span className={styles["line"]} title={title}>
      {children}
    </span>
  );
}
