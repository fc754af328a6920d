import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { EmptyState } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { TaskOutcome } from "@/features/tasks/task-outcome";
import { taskDetailQuery } from "@/features/tasks/task-queries";
import { TaskState } from "@/features/tasks/task-state";
import { useLiveTasks } from "@/features/tasks/use-live-tasks";
import { asRecord } from "@/lib/json";
import type { TaskView } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { CurvesSection } from "./curves-section";
import { evaluationFrom } from "./evaluation";
import { FiguresHere, RowsMeasured } from "./evaluation-facts";
import styles from "./model-page.module.css";
import { modelQuery } from "./model-queries";

/** How a model did on rows that somebody chose: live while it is measured, then figures, curves and what its threshold costs. */
export function EvaluationPage() {
  const { id } = useParams({ from: "/app/models/evaluations/$id" });
  useLiveTasks();
  const detail = useQuery(taskDetailQuery(id));
  usePageTitle("Evaluation");

  if (detail.data?.task.action === "models.evaluate") return <EvaluationView view={detail.data} />;
  if (detail.data)
    return (
      <EmptyState title="This task is no evaluation" whole>
        <Link to="/tasks/$id" params={{ id }} className={buttonClass({})}>
          The task
        </Link>
      </EmptyState>
    );
  return (
    <RecordMissing
      query={detail}
      noun="evaluation"
      why="It may have been deleted because of its age, or the link is wrong."
    >
      <Link to="/models/training" className={buttonClass({})}>
        All trainings and evaluations
      </Link>
    </RecordMissing>
  );
}

function EvaluationView({ view: { task, input, result } }: { readonly view: TaskView }) {
  const { model: asked } = asRecord(input);
  const modelId = typeof asked === "string" ? asked : "";
  const model = useQuery(modelQuery(modelId)).data?.model;
  const evaluation = evaluationFrom(result);
  return (
    <>
      <PageHead
        back={<Link to="/models/training">Training</Link>}
        title={`Evaluation of ${model?.name ?? "a model"}`}
        lead={
          <>
            <TaskState task={task} />
            <Link to="/models/$id" params={{ id: modelId }}>
              The model
            </Link>
            <Link to="/tasks/$id" params={{ id: task.id }}>
              The task
            </Link>
          </>
        }
      />
      {evaluation === undefined ? (
        <TaskOutcome task={task} />
      ) : (
        <div className={styles["columns"]}>
          <div className={styles["main"]}>
            <CurvesSection
              title="On these rows"
              report={evaluation}
              threshold={evaluation.threshold ?? model?.threshold ?? 1}
            />
          </div>
          <aside className={styles["side"]} aria-label="Facts">
            <FiguresHere evaluation={evaluation} model={model} />
            <RowsMeasured evaluation={evaluation} />
          </aside>
        </div>
      )}
    </>
  );
}
