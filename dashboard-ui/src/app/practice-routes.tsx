/** The pages of practice, and what their addresses may carry. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { app, text } from "./gate";

const practice = createRoute({
  getParentRoute: () => app,
  path: "/practice",
  validateSearch: (raw: Record<string, unknown>): { source?: string } =>
    text(raw["source"]) ? { source: String(raw["source"]) } : {},
  component: lazyRouteComponent(() => import("@/features/practice/practice-page"), "PracticePage"),
});

const mastery = createRoute({
  getParentRoute: () => app,
  path: "/practice/mastery",
  component: lazyRouteComponent(() => import("@/features/practice/mastery-page"), "MasteryPage"),
});

const drafts = createRoute({
  getParentRoute: () => app,
  path: "/practice/drafts",
  component: lazyRouteComponent(() => import("@/features/practice/drafts-page"), "DraftsPage"),
});

export const practiceRoutes = [practice, mastery, drafts] as const;
