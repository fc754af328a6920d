import { Progress } from "@/components/progress";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import type { TaskItem } from "@/lib/model";
import { TaskNow } from "./task-now";
import styles from "./task-page.module.css";
import { reasonText } from "./task-states";

/** How far it is, what it waits for, or how it ended, in a panel of its own. */
export function TaskOutcome({ task }: { readonly task: TaskItem }) {
  if (task.state === "succeeded" || task.state === "queued") return null;
  return (
    <Section title={task.state === "running" ? "Progress" : "State"}>
      <div className={styles["outcome"]}>
        {task.state === "running" ? <Running task={task} /> : <Words task={task} />}
      </div>
    </Section>
  );
}

function Running({ task }: { readonly task: TaskItem }) {
  return (
    <>
      <Progress percent={task.percent} label={`Progress of ${task.action}`} stage={task.stage} />
      {task.message !== "" && <p className={styles["hint"]}>{task.message}</p>}
    </>
  );
}

function Words({ task }: { readonly task: TaskItem }) {
  if (task.state === "dead" || task.state === "failed") {
    return (
      <>
        <p>It gave up: {reasonText(task.reason)}.</p>
        {task.error !== "" && <p className={styles["fault"]}>{task.error}</p>}
        {task.error_code !== "" && (
          <p className={styles["hint"]}>
            <code>{task.error_code}</code>
            {task.fault !== "" && ` · ${task.fault}`}
          </p>
        )}
        {task.resolved_at !== null && (
          <p className={styles["hint"]}>
            Resolved <Time at={task.resolved_at} />: {task.resolution}
          </p>
        )}
      </>
    );
  }
  if (task.state === "cancelled") return <p>It was cancelled: {reasonText(task.reason)}.</p>;
  if (task.state === "paused") return <p>Paused; it goes on from its checkpoint when it is resumed.</p>;
  return <TaskNow task={task} />;
}
