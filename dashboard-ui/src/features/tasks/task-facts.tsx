import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import type { TaskView } from "@/lib/model";
import { Took } from "./task-columns";
import { TaskOrigin } from "./task-origin";
import styles from "./task-page.module.css";

/** When, for whom and under which conditions. */
export function TaskFacts({ view: { task, needs, principal_name: who } }: { readonly view: TaskView }) {
  const facts: [string, ReactNode][] = [
    ["Made", <Time key="made" at={task.created_at} full />],
    ["Asked by", <Origin key="origin" task={task} />],
    [
      "For",
      who === "" ? (
        <code key="principal">{task.principal}</code>
      ) : (
        <span key="principal" title={task.principal}>
          {who}
        </span>
      ),
    ],
    ["Priority", `${task.priority} of 9`],
    ["Attempts", String(task.attempt)],
  ];
  const times: [string, number | null][] = [
    ["Started", task.started_at],
    ["Ended", task.ended_at],
    ["Due", task.due_at],
    ["Deadline", task.deadline],
  ];
  for (const [name, at] of times) {
    if (at !== null) facts.push([name, <Time key={name} at={at} full />]);
  }
  if (task.started_at !== null) facts.push(["Took", <Took key="took" task={task} />]);
  if (task.deaths > 0) facts.push(["Workers lost", String(task.deaths)]);
  if (task.dependency !== "") facts.push(["Breaker", task.dependency]);
  if (needs.length > 0) facts.push(["Needs", <Needs key="needs" ids={needs} />]);
  return (
    <Section title="Facts">
      <Facts items={facts} />
    </Section>
  );
}

/** What asked for it, as a link to the task that it was resubmitted from, or to all that it asked for. */
function Origin({ task }: { readonly task: TaskView["task"] }) {
  const { origin } = task;
  if (origin === "") return <span className="muted">–</span>;
  const [kind, id] = origin.split(":", 2);
  const resubmitted = kind === "resubmit" && id !== undefined;
  return resubmitted ? (
    <Link to="/tasks/$id" params={{ id }} className={styles["origin"]}>
      <TaskOrigin task={task} />
    </Link>
  ) : (
    <Link to="/tasks" search={{ origin }} className={styles["origin"]}>
      <TaskOrigin task={task} />
    </Link>
  );
}

function Needs({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul className={styles["needs"]}>
      {ids.map((id) => (
        <li key={id}>
          <Link to="/tasks/$id" params={{ id }}>
            {id}
          </Link>
        </li>
      ))}
    </ul>
  );
}
