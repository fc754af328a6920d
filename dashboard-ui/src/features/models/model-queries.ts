import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { EvaluationDraft, Model, ModelTable, TaskItem, TrainingDraft } from "@/lib/model";
import type { ModelSearch } from "./model-search";

export const modelKeys = {
  all: ["models"] as const,
  list: (search: ModelSearch) => ["models", "list", search] as const,
  detail: (id: string) => ["models", "detail", id] as const,
  figures: (id: string) => ["models", "figures", id] as const,
  drift: (id: string) => ["models", "drift", id] as const,
  tables: ["models", "tables"] as const,
  compared: (ids: readonly string[]) => ["models", "compared", ids] as const,
  explanation: (alert: string) => ["models", "explanation", alert] as const,
};

const PAGE = 50;
const JUDGING = "shadow,canary,promoted";

/** Newest first. */
export function modelListQuery(search: ModelSearch) {
  return infiniteQueryOptions({
    queryKey: modelKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/models", {
          params: {
            query: {
              limit: PAGE,
              ...(search.line && { line: search.line }),
              ...(search.which && { stage: JUDGING }),
              ...(pageParam !== "" && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

const path = (id: string) => ({ path: { model_id: id } });

/** A model with its report and its history. */
export function modelQuery(id: string) {
  return queryOptions({
    queryKey: modelKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/v2/models/{model_id}", { params: path(id) })),
  });
}

const REFRESH_MS = 30_000;

/** What a model did since yesterday. */
export function figuresQuery(id: string) {
  return queryOptions({
    queryKey: modelKeys.figures(id),
    queryFn: () => unwrap(api.GET("/api/v2/models/{model_id}/metrics", { params: path(id) })),
    refetchInterval: REFRESH_MS,
  });
}

/** How far a model is from its training. */
export function driftQuery(id: string) {
  return queryOptions({
    queryKey: modelKeys.drift(id),
    queryFn: () => unwrap(api.GET("/api/v2/models/{model_id}/drift", { params: path(id) })),
    refetchInterval: REFRESH_MS,
  });
}

/** Why a model raised an alert. */
export function explanationQuery(alert: string) {
  return queryOptions({
    queryKey: modelKeys.explanation(alert),
    queryFn: () =>
      unwrap(api.GET("/api/v2/models/explanations/{alert_id}", { params: { path: { alert_id: alert } } })),
  });
}

/** Two models with their reports. */
export function compareQuery(ids: readonly string[]) {
  return queryOptions({
    queryKey: modelKeys.compared(ids),
    queryFn: () => unwrap(api.GET("/api/v2/models/compare", { params: { query: { ids: ids.join(",") } } })),
  });
}

/** The tables that were uploaded. */
export const tablesQuery = queryOptions({
  queryKey: modelKeys.tables,
  queryFn: () => unwrap(api.GET("/api/v2/models/tables")),
});

/** Send a file as it is; its name is what the server calls it. */
export function uploadTable(file: File): Promise<ModelTable> {
  return unwrap(
    api.PUT("/api/v2/models/tables/{table}", {
      params: { path: { table: file.name } },
      body: "",
      bodySerializer: () => file,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

export function startEvaluation(id: string, body: EvaluationDraft): Promise<TaskItem> {
  return unwrap(api.POST("/api/v2/models/{model_id}/evaluate", { params: path(id), body }));
}

export function startTraining(body: TrainingDraft): Promise<TaskItem> {
  return unwrap(api.POST("/api/v2/models/train", { body }));
}

export function deployModel(
  id: string,
  stage: "shadow" | "canary",
  share: number,
  adapts: boolean,
  note: string,
): Promise<Model> {
  return unwrap(
    api.POST("/api/v2/models/{model_id}/deploy", { params: path(id), body: { stage, share, adapts, note } }),
  );
}

const DECISIONS = {
  promote: "/api/v2/models/{model_id}/promote",
  rollback: "/api/v2/models/{model_id}/rollback",
  retire: "/api/v2/models/{model_id}/retire",
} as const;

export function decideOnModel(id: string, act: keyof typeof DECISIONS, note: string): Promise<Model> {
  return unwrap(api.POST(DECISIONS[act], { params: path(id), body: { note } }));
}

export function refreshModels(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: modelKeys.all });
}
