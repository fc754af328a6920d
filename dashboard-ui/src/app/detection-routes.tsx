/** The pages about what detects, rules and models, and what their addresses may carry. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { type ModelSearch, parseModelSearch } from "@/features/models/model-search";
import { parseRuleSearch, type RuleSearch } from "@/features/rules/rule-search";
import { app, text } from "./gate";

export const models = createRoute({
  getParentRoute: () => app,
  path: "/models",
  validateSearch: (raw: Record<string, unknown>): ModelSearch => parseModelSearch(raw),
  component: lazyRouteComponent(() => import("@/features/models/models-page"), "ModelsPage"),
});

export const model = createRoute({
  getParentRoute: () => app,
  path: "/models/$id",
  component: lazyRouteComponent(() => import("@/features/models/model-page"), "ModelPage"),
});

export const training = createRoute({
  getParentRoute: () => app,
  path: "/models/training",
  component: lazyRouteComponent(() => import("@/features/models/training-page"), "TrainingPage"),
});

export const evaluation = createRoute({
  getParentRoute: () => app,
  path: "/models/evaluations/$id",
  component: lazyRouteComponent(() => import("@/features/models/evaluation-page"), "EvaluationPage"),
});

export const monitoring = createRoute({
  getParentRoute: () => app,
  path: "/models/monitoring",
  validateSearch: (raw: Record<string, unknown>): { model?: string } =>
    text(raw["model"]) ? { model: String(raw["model"]) } : {},
  component: lazyRouteComponent(() => import("@/features/models/monitoring-page"), "MonitoringPage"),
});

export const rules = createRoute({
  getParentRoute: () => app,
  path: "/rules",
  validateSearch: (raw: Record<string, unknown>): RuleSearch => parseRuleSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) =>
    void import("@/features/rules/rule-queries").then(({ ruleListQuery }) =>
      context.queryClient.prefetchInfiniteQuery(ruleListQuery(deps)),
    ),
  component: lazyRouteComponent(() => import("@/features/rules/rules-page"), "RulesPage"),
});

export const rule = createRoute({
  getParentRoute: () => app,
  path: "/rules/$id",
  loader: ({ context, params }) =>
    void import("@/features/rules/rule-queries").then(({ ruleDetailQuery }) =>
      context.queryClient.prefetchQuery(ruleDetailQuery(params.id)),
    ),
  component: lazyRouteComponent(() => import("@/features/rules/rule-page"), "RulePage"),
});
