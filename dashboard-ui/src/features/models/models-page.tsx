import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { ModelIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { meQuery } from "@/features/session/session-queries";
import { type Model, may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { ActDialog } from "./act-dialog";
import { MissingNote } from "./missing-note";
import { modelColumns } from "./model-columns";
import { modelListQuery } from "./model-queries";
import type { ModelSearch } from "./model-search";
import { ModelTabs } from "./model-tabs";
import type { ModelAct } from "./model-words";
import styles from "./models-page.module.css";
import { useLiveModels } from "./use-live-models";

const keyOf = (model: Model): string => model.id;

const WHICH = [
  ["all", "All"],
  ["judging", "That judge"],
] as const;

/** The registry: every trained model, its figures, and where it stands. */
export function ModelsPage() {
  usePageTitle("Models");
  useLiveModels();
  const search = useSearch({ from: "/app/models" });
  const navigate = useNavigate({ from: "/models" });
  const me = useQuery(meQuery).data;
  const [mayDeploy, mayPromote] = [may(me, "models:write"), may(me, "models:promote")];
  const list = useInfiniteQuery(modelListQuery(search));
  const models = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const [open, setOpen] = useState<{ model: Model; act: ModelAct } | undefined>();
  const columns = useMemo(
    () => modelColumns(mayDeploy ? (model, act) => setOpen({ model, act }) : undefined, mayPromote),
    [mayDeploy, mayPromote],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const isNarrowed = search.line !== undefined || search.which !== undefined;

  return (
    <>
      <h1 className="visually-hidden">Models</h1>
      <ModelTabs />
      <MissingNote />
      <ModelFilters
        search={search}
        models={models}
        onChange={(next) => void navigate({ search: next, replace: true })}
      />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data} busy={list.isPlaceholderData}>
        {list.isPending && <Skeleton rows={5} label="Loading models" />}
        {list.data && models.length === 0 && (
          <NoModels narrowed={isNarrowed} onReset={() => void navigate({ search: {} })} />
        )}
        {models.length > 0 && (
          <VirtualTable
            label="Models, newest first"
            rows={models}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={52}
            hasMore={list.hasNextPage}
            onMore={more}
          />
        )}
      </Panel>
      {open !== undefined && <ActDialog {...open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface FiltersProps {
  readonly search: ModelSearch;
  readonly models: readonly Model[];
  readonly onChange: (search: ModelSearch) => void;
}

function ModelFilters({ search, models, onChange }: FiltersProps) {
  // The line of a shared address stands among them, whether or not a model of it is shown.
  const lines = new Set(models.map(({ line }) => line));
  if (search.line !== undefined) lines.add(search.line);
  const { line: _line, ...other } = search;
  return (
    <Filters label="Filter models">
      <Segmented
        legend="Which models"
        value={search.which ?? "all"}
        options={WHICH}
        onChange={(which) =>
          onChange({
            ...(search.line && { line: search.line }),
            ...(which === "judging" && { which }),
          })
        }
      />
      <Select
        label="Line"
        value={search.line ?? ""}
        options={[["", "Any line"], ...[...lines].toSorted().map((line) => [line, line] as const)]}
        onChange={(line) => onChange({ ...other, ...(line !== "" && { line }) })}
      />
    </Filters>
  );
}

function NoModels({ narrowed, onReset }: { readonly narrowed: boolean; readonly onReset: () => void }) {
  return narrowed ? (
    <EmptyState title="No model matches these filters">
      <Button onClick={onReset}>Reset the filters</Button>
    </EmptyState>
  ) : (
    <EmptyState title="No model so far" icon={<ModelIcon size={22} />}>
      <p>
        A model learns from stored events or from a table, is measured on rows that it has not seen, and
        judges events once somebody deploys it. Start one under Training.
      </p>
    </EmptyState>
  );
}
