import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { Section } from "@/components/section";
import type { TaskView as TaskViewData } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { AttemptsSection } from "./attempts-section";
import { JsonSection } from "./json-section";
import { TaskActions } from "./task-actions";
import { TaskFacts } from "./task-facts";
import { fileOf, TaskFile } from "./task-file";
import { TaskOutcome } from "./task-outcome";
import styles from "./task-page.module.css";
import { taskDetailQuery } from "./task-queries";
import { TaskState } from "./task-state";
import { useLiveTasks } from "./use-live-tasks";

export function TaskPage() {
  const { id } = useParams({ from: "/app/tasks/$id" });
  useLiveTasks();
  const detail = useQuery(taskDetailQuery(id));
  usePageTitle(detail.data?.task.action ?? "Task");

  if (detail.data) return <TaskView view={detail.data} />;
  return (
    <RecordMissing
      query={detail}
      noun="task"
      why="It may have been deleted because of its age, or the link is wrong."
    >
      <Link to="/tasks" className={buttonClass({})}>
        All tasks
      </Link>
    </RecordMissing>
  );
}

function TaskView({ view }: { readonly view: TaskViewData }) {
  const { task, attempts, input, result, checkpoint } = view;
  const file = fileOf(result);
  return (
    <>
      <PageHead
        back={
          <Link to={task.state === "dead" ? "/dead-letters" : "/tasks"} className={styles["back"]}>
            {task.state === "dead" ? "Dead letters" : "Tasks"}
          </Link>
        }
        title={task.action}
        lead={
          <>
            <TaskState task={task} />
            <code className={styles["id"]}>{task.id}</code>
          </>
        }
        actions={
          <>
            {task.action === "models.evaluate" && (
              <Link to="/models/evaluations/$id" params={{ id: task.id }} className={buttonClass({})}>
                Figures and curves
              </Link>
            )}
            <TaskActions view={view} />
          </>
        }
      />
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          <TaskOutcome task={task} />
          <AttemptsSection attempts={attempts} />
          {file !== undefined && (
            <Section title="File">
              <TaskFile file={file} />
            </Section>
          )}
          {result !== null && <JsonSection title="Result" value={result} />}
          <JsonSection title="Input" value={input} />
          {checkpoint !== null && <JsonSection title="Checkpoint" value={checkpoint} />}
        </div>
        <aside className={styles["side"]} aria-label="Facts">
          <TaskFacts view={view} />
        </aside>
      </div>
    </>
  );
}
