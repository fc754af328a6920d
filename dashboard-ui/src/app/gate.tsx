/** Who gets in: the log-in, the set-up, and the frame around every other page, which asks for a session. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { authStateQuery, meQuery } from "@/features/session/session-queries";
import { isStatus } from "@/lib/problem";
import { RouteProblem } from "./fallbacks";
import { Shell } from "./shell";

interface RouterContext {
  readonly queryClient: QueryClient;
}

/** A parameter of the address, unless it is empty. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: RouteProblem,
});

/** Nobody logged in: to the log-in, or to the set-up of a new server. */
async function requireSession({ context, location }: { context: RouterContext; location: { href: string } }) {
  try {
    await context.queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (!isStatus(error, 401)) throw error;
    const { setup_needed: setupNeeded } = await context.queryClient.ensureQueryData(authStateQuery);
    if (setupNeeded) throw redirect({ to: "/setup" });
    throw redirect({ to: "/login", search: { next: location.href } });
  }
}

export const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (raw: Record<string, unknown>): { next?: string; ended?: string; tenant?: string } => ({
    ...(text(raw["next"]) && { next: String(raw["next"]) }),
    ...(text(raw["tenant"]) && { tenant: String(raw["tenant"]) }),
    ...(text(raw["ended"]) && { ended: "1" }),
  }),
  component: lazyRouteComponent(() => import("@/features/session/login-page"), "LoginPage"),
});

export const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("@/features/session/setup-page"), "SetupPage"),
});

export const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: requireSession,
  component: Shell,
});
