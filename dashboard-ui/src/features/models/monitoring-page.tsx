import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { ModelIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import type { Model } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { DriftSections } from "./drift-sections";
import { FiguresSection } from "./figures-section";
import { driftQuery, figuresQuery, modelListQuery } from "./model-queries";
import { ModelTabs } from "./model-tabs";
import { STAGES, stageOf } from "./model-words";
import styles from "./monitoring-page.module.css";
import { useLiveModels } from "./use-live-models";

/** What the models that judge do, and how far it is from what they were trained on. */
export function MonitoringPage() {
  usePageTitle("Monitoring of models");
  useLiveModels();
  const { model: asked } = useSearch({ from: "/app/models/monitoring" });
  const navigate = useNavigate({ from: "/models/monitoring" });
  const list = useInfiniteQuery(modelListQuery({ which: "judging" }));
  const models = list.data?.pages.flatMap((page) => page.items) ?? [];
  const id = asked ?? models[0]?.id;

  return (
    <>
      <h1 className="visually-hidden">Monitoring of models</h1>
      <ModelTabs />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      {list.isPending && (
        <Panel>
          <Skeleton rows={5} label="Loading models" />
        </Panel>
      )}
      {list.data && id === undefined && (
        <Panel>
          <EmptyState title="No model judges events" icon={<ModelIcon size={22} />}>
            <p>Deploy one from the registry as a shadow: it judges everything, and is only counted.</p>
          </EmptyState>
        </Panel>
      )}
      {id !== undefined && list.data && (
        <>
          <Filters label="Which model">
            <Select
              label="Model"
              value={id}
              options={optionsOf(models, id)}
              onChange={(model) => void navigate({ search: { model }, replace: true })}
            />
            <Link to="/models/$id" params={{ id }}>
              Its figures and history
            </Link>
          </Filters>
          <Watched id={id} />
        </>
      )}
    </>
  );
}

/** One of a shared address stands among them, whether or not it still judges. */
function optionsOf(models: readonly Model[], id: string): readonly (readonly [string, string])[] {
  const options = models.map((model) => [model.id, `${model.name} · ${STAGES[stageOf(model)]}`] as const);
  return options.some(([each]) => each === id) ? options : [...options, [id, id] as const];
}

function Watched({ id }: { readonly id: string }) {
  const figures = useQuery(figuresQuery(id));
  const drift = useQuery(driftQuery(id));
  const failed = [figures, drift].find((query) => query.isError && !query.data);
  if (failed !== undefined) {
    return (
      <ProblemPanel error={failed.error} onRetry={() => void failed.refetch()} busy={failed.isFetching} />
    );
  }
  if (!figures.data || !drift.data) {
    return (
      <Panel>
        <Skeleton rows={6} label="Loading what the model did" />
      </Panel>
    );
  }
  return (
    <div className={styles["sections"]}>
      <FiguresSection figures={figures.data} />
      <DriftSections figures={figures.data} drift={drift.data} />
    </div>
  );
}
