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
import { type ConnectionSearch, parseConnectionSearch } from "@/features/connections/connection-search";
import { type EventSearch, filterOf, parseEventSearch } from "@/features/events/event-search";
import { type DeadLetterSearch, parseDeadLetterSearch } from "@/features/tasks/dead-letter-search";
import { taskDetailQuery, taskListQuery } from "@/features/tasks/task-queries";
import { parseTaskSearch, type TaskSearch } from "@/features/tasks/task-search";
import {
  parseThreatSearch,
  type ThreatSearch,
  threatDetailQuery,
  threatListQuery,
} from "@/features/threats/threat-queries";
import { parseWebhookSearch, type WebhookSearch } from "@/features/webhooks/webhook-search";
import type { UsageScope } from "@/lib/model";
import { parseSearch, stringifySearch } from "@/lib/urls";
import { academyRoutes } from "./academy-routes";
import { evaluation, model, models, monitoring, rule, rules, training } from "./detection-routes";
import { NotFoundPage, RouteProblem } from "./fallbacks";
import { app, login, root, setup, text } from "./gate";
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

const deadLetters = createRoute({
  getParentRoute: () => app,
  path: "/dead-letters",
  validateSearch: (raw: Record<string, unknown>): DeadLetterSearch => parseDeadLetterSearch(raw),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) =>
    void import("@/features/tasks/dead-letter-queries").then(({ deadLetterListQuery }) =>
      context.queryClient.prefetchInfiniteQuery(deadLetterListQuery(deps)),
    ),
  component: lazyRouteComponent(() => import("@/features/tasks/dead-letters-page"), "DeadLettersPage"),
});

const breakers = createRoute({
  getParentRoute: () => app,
  path: "/breakers",
  validateSearch: (raw: Record<string, unknown>): { dependency?: string } =>
    text(raw["dependency"]) ? { dependency: String(raw["dependency"]) } : {},
  loader: ({ context }) =>
    void import("@/features/recovery/breaker-queries").then(({ breakersQuery }) =>
      context.queryClient.prefetchQuery(breakersQuery),
    ),
  component: lazyRouteComponent(() => import("@/features/recovery/breakers-page"), "BreakersPage"),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: "/webhooks",
  validateSearch: (raw: Record<string, unknown>): WebhookSearch => parseWebhookSearch(raw),
  loader: ({ context }) =>
    void import("@/features/webhooks/webhook-queries").then(({ webhooksQuery }) =>
      context.queryClient.prefetchQuery(webhooksQuery),
    ),
  component: lazyRouteComponent(() => import("@/features/webhooks/webhooks-page"), "WebhooksPage"),
});

const schedules = createRoute({
  getParentRoute: () => app,
  path: "/schedules",
  validateSearch: (raw: Record<string, unknown>): { schedule?: string } =>
    text(raw["schedule"]) ? { schedule: String(raw["schedule"]) } : {},
  loader: ({ context }) =>
    void import("@/features/scheduler/schedule-queries").then(({ schedulesQuery }) =>
      context.queryClient.prefetchQuery(schedulesQuery),
    ),
  component: lazyRouteComponent(() => import("@/features/scheduler/schedules-page"), "SchedulesPage"),
});

const usage = createRoute({
  getParentRoute: () => app,
  path: "/usage",
  validateSearch: (raw: Record<string, unknown>): { scope?: UsageScope } =>
    raw["scope"] === "tenant" ? { scope: "tenant" } : {},
  component: lazyRouteComponent(() => import("@/features/usage/usage-page"), "UsagePage"),
});

const connections = createRoute({
  getParentRoute: () => app,
  path: "/connections",
  validateSearch: (raw: Record<string, unknown>): ConnectionSearch => parseConnectionSearch(raw),
  loader: ({ context }) =>
    void import("@/features/connections/connection-queries").then(({ connectionsQuery }) =>
      context.queryClient.prefetchQuery(connectionsQuery),
    ),
  component: lazyRouteComponent(() => import("@/features/connections/connections-page"), "ConnectionsPage"),
});

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
    deadLetters,
    breakers,
    schedules,
    webhooks,
    usage,
    connections,
    models,
    model,
    training,
    evaluation,
    monitoring,
    ...academyRoutes,
    ...practiceRoutes,
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
    defaultNotFoundComponent: NotFoundPage,
    ...(history && { history }),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
