/** The pages of Operations beside the tasks: what the server does by itself, and who may come in. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { type ConnectionSearch, parseConnectionSearch } from "@/features/connections/connection-search";
import { type PeopleSearch, parsePeopleSearch } from "@/features/people/people-search";
import { type DeadLetterSearch, parseDeadLetterSearch } from "@/features/tasks/dead-letter-search";
import { parseWebhookSearch, type WebhookSearch } from "@/features/webhooks/webhook-search";
import type { UsageScope } from "@/lib/model";
import { app, text } from "./gate";

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

const people = createRoute({
  getParentRoute: () => app,
  path: "/people",
  validateSearch: (raw: Record<string, unknown>): PeopleSearch => parsePeopleSearch(raw),
  component: lazyRouteComponent(() => import("@/features/people/people-page"), "PeoplePage"),
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

export const operationsRoutes = [
  deadLetters,
  breakers,
  schedules,
  webhooks,
  usage,
  people,
  connections,
] as const;
