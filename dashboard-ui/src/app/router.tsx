/** Every page, its address and what the address may carry. Pages load when they are first opened. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { type AlertSearch, parseAlertSearch } from "@/features/alerts/alert-filter";
import { alertDetailQuery, alertListQuery } from "@/features/alerts/alert-queries";
import { type EventSearch, filterOf, parseEventSearch } from "@/features/events/event-search";
import { taskDetailQuery, taskListQuery } from "@/features/tasks/task-queries";
import { parseTaskSearch, type TaskSearch } from "@/features/tasks/task-search";
import {
  parseThreatSearch,
  type ThreatSearch,
  threatDetailQuery,
  threatListQuery,
} from "@/features/threats/threat-queries";
import { parseSearch, stringifySearch } from "@/lib/urls";
import { academyRoutes } from "./academy-routes";
import { evaluation, model, models, monitoring, rule, rules, training } from "./detection-routes";
import { NotFoundPage, RouteProblem } from "./fallbacks";
import { app, login, root, setup, text } from "./gate";
import { operationsRoutes } from "./operations-routes";
import { practiceRoutes } from "./practice-routes";

const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/alerts", replace: true });
  },
});

// The loaders only start the request, so that the data is under way while the page's code loads.
const alerts = createRoute({
  getParentRoute: () => app,
  path: "/alerts",
  validateSearch: (raw: Record<string, unknown>): AlertSearch => parseAlertSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(alertListQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/alerts/alerts-page"), "AlertsPage"),
});

const alert = createRoute({
  getParentRoute: () => app,
  path: "/alerts/$id",
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(alertDetailQuery(params.id)),
  component: lazyRouteComponent(() => import("@/features/alerts/alert-page"), "AlertPage"),
});

const threats = createRoute({
  getParentRoute: () => app,
  path: "/threats",
  validateSearch: (raw: Record<string, unknown>): ThreatSearch => parseThreatSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(threatListQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/threats/threats-page"), "ThreatsPage"),
});

const threat = createRoute({
  getParentRoute: () => app,
  path: "/threats/$entity",
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(threatDetailQuery(params.entity)),
  component: lazyRouteComponent(() => import("@/features/threats/threat-page"), "ThreatPage"),
});

const events = createRoute({
  getParentRoute: () => app,
  path: "/events",
  validateSearch: (raw: Record<string, unknown>): EventSearch => parseEventSearch(raw),
  loaderDeps: ({ search }) => filterOf(search),
  loader: ({ context, deps }) =>
    void import("@/features/events/event-queries").then(({ eventListQuery }) =>
      context.queryClient.prefetchInfiniteQuery(eventListQuery(deps)),
    ),
  component: lazyRouteComponent(() => import("@/features/events/events-page"), "EventsPage"),
});

const huntPage = createRoute({
  getParentRoute: () => app,
  path: "/events/hunt",
  validateSearch: (raw: Record<string, unknown>): { sql?: string } =>
    text(raw["sql"]) ? { sql: String(raw["sql"]) } : {},
  component: lazyRouteComponent(() => import("@/features/events/hunt-page"), "HuntPage"),
});

const sources = createRoute({
  getParentRoute: () => app,
  path: "/sources",
  validateSearch: (raw: Record<string, unknown>): { rejected?: string } =>
    text(raw["rejected"]) ? { rejected: String(raw["rejected"]) } : {},
  component: lazyRouteComponent(() => import("@/features/sources/sources-page"), "SourcesPage"),
});

const suppressions = createRoute({
  getParentRoute: () => app,
  path: "/suppressions",
  component: lazyRouteComponent(
    () => import("@/features/suppressions/suppressions-page"),
    "SuppressionsPage",
  ),
});

const tasks = createRoute({
  getParentRoute: () => app,
  path: "/tasks",
  validateSearch: (raw: Record<string, unknown>): TaskSearch => parseTaskSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(taskListQuery(deps)),
  component: lazyRouteComponent(() => import("@/features/tasks/tasks-page"), "TasksPage"),
});

const task = createRoute({
  getParentRoute: () => app,
  path: "/tasks/$id",
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(taskDetailQuery(params.id)),
  component: lazyRouteComponent(() => import("@/features/tasks/task-page"), "TaskPage"),
});

/** Every other address. */
const missing = createRoute({ getParentRoute: () => app, path: "$", component: NotFoundPage });

const routeTree = root.addChildren([
  login,
  setup,
  app.addChildren([
    home,
    alerts,
    alert,
    threats,
    threat,
    events,
    huntPage,
    rules,
    rule,
    sources,
    suppressions,
    tasks,
    task,
    ...operationsRoutes,
    models,
    model,
    training,
    evaluation,
    monitoring,
    ...academyRoutes,
    ...practiceRoutes,
    missing,
  ]),
]);

export function makeRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: RouteProblem,
    ...(history && { history }),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
