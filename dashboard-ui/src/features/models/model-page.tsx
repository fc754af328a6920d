import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { Section } from "@/components/section";
import { meQuery } from "@/features/session/session-queries";
import { type ModelView as Detail, may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { ActDialog } from "./act-dialog";
import { CardSection } from "./card-section";
import { CompareSection } from "./compare-section";
import { CurvesSection } from "./curves-section";
import { EvaluateDialog } from "./evaluate-dialog";
import { HistorySection, ModelFacts, OriginFacts } from "./model-facts";
import styles from "./model-page.module.css";
import { modelQuery } from "./model-queries";
import { reportOf } from "./model-report";
import { actName, actsOn, isDecision, MEANINGS, type ModelAct, stageOf } from "./model-words";
import { StageMark } from "./stage-mark";
import { useLiveModels } from "./use-live-models";
import { WeightBars } from "./weight-bars";

export function ModelPage() {
  useLiveModels();
  const { id } = useParams({ from: "/app/models/$id" });
  const detail = useQuery(modelQuery(id));
  usePageTitle(detail.data?.model.name ?? "Model");

  if (detail.data) return <ModelView detail={detail.data} />;
  return (
    <RecordMissing query={detail} noun="model" why="The link may be old, or it belongs to another tenant.">
      <Link to="/models" className={buttonClass({})}>
        All models
      </Link>
    </RecordMissing>
  );
}

function ModelView({ detail }: { readonly detail: Detail }) {
  const { model } = detail;
  const report = reportOf(detail.report);
  const [act, setAct] = useState<ModelAct | undefined>();
  const [evaluating, setEvaluating] = useState(false);
  return (
    <>
      <PageHead
        back={<Link to="/models">Models</Link>}
        title={model.name}
        lead={
          <>
            <StageMark model={model} />
            <span>{MEANINGS[stageOf(model)]}</span>
            {model.alias !== "" && (
              <Link to="/models/monitoring" search={{ model: model.id }}>
                Monitoring
              </Link>
            )}
          </>
        }
        actions={<Acts detail={detail} onAct={setAct} onEvaluate={() => setEvaluating(true)} />}
      />
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          {report === undefined ? (
            <Section title="Report">
              <p className="muted">No report of its training was kept.</p>
            </Section>
          ) : (
            <>
              <CurvesSection report={report} threshold={model.threshold} />
              <CompareSection model={model} />
              <Section title="What moves its scores">
                <WeightBars weights={report.features} />
              </Section>
              <CardSection card={report.card} />
            </>
          )}
        </div>
        <aside className={styles["side"]} aria-label="Facts">
          <ModelFacts model={model} />
          <OriginFacts model={model} report={report} />
          <HistorySection history={detail.history} />
        </aside>
      </div>
      {evaluating && <EvaluateDialog model={model} onClose={() => setEvaluating(false)} />}
      {act !== undefined && <ActDialog model={model} act={act} onClose={() => setAct(undefined)} />}
    </>
  );
}

interface ActsProps {
  readonly detail: Detail;
  readonly onAct: (act: ModelAct) => void;
  readonly onEvaluate: () => void;
}

/** The usual next step stands out. */
function Acts({ detail: { model }, onAct, onEvaluate }: ActsProps) {
  const me = useQuery(meQuery).data;
  if (!may(me, "models:write")) return null;
  const acts = actsOn(model).filter((act) => !isDecision(act) || may(me, "models:promote"));
  return (
    <>
      {acts.map((act, at) => (
        <Button
          key={act}
          look={at === 0 && act !== "retire" && act !== "rollback" ? "primary" : "secondary"}
          onClick={() => onAct(act)}
        >
          {actName(act, model)}
        </Button>
      ))}
      <Button onClick={onEvaluate}>Evaluate</Button>
    </>
  );
}
