/** The pages of the academy, and what their addresses may carry. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { app, text } from "./gate";

const graph = createRoute({
  getParentRoute: () => app,
  path: "/graph",
  validateSearch: (raw: Record<string, unknown>): { concept?: string } =>
    text(raw["concept"]) ? { concept: String(raw["concept"]) } : {},
  component: lazyRouteComponent(() => import("@/features/graph/graph-page"), "GraphPage"),
});

const reviews = createRoute({
  getParentRoute: () => app,
  path: "/reviews",
  component: lazyRouteComponent(() => import("@/features/reviews/reviews-page"), "ReviewsPage"),
});

const coverage = createRoute({
  getParentRoute: () => app,
  path: "/coverage",
  component: lazyRouteComponent(() => import("@/features/academy/coverage-page"), "CoveragePage"),
});

const courses = createRoute({
  getParentRoute: () => app,
  path: "/courses",
  component: lazyRouteComponent(() => import("@/features/courses/courses-page"), "CoursesPage"),
});

const course = createRoute({
  getParentRoute: () => app,
  path: "/courses/$course",
  component: lazyRouteComponent(() => import("@/features/courses/course-page"), "CoursePage"),
});

const editor = createRoute({
  getParentRoute: () => app,
  path: "/courses/$course/edit",
  component: lazyRouteComponent(() => import("@/features/courses/editor-page"), "EditorPage"),
});

const cohorts = createRoute({
  getParentRoute: () => app,
  path: "/cohorts",
  component: lazyRouteComponent(() => import("@/features/courses/cohorts-page"), "CohortsPage"),
});

const lesson = createRoute({
  getParentRoute: () => app,
  path: "/learn/$course/$lesson",
  component: lazyRouteComponent(() => import("@/features/learn/lesson-page"), "LessonPage"),
});

const library = createRoute({
  getParentRoute: () => app,
  path: "/library",
  component: lazyRouteComponent(() => import("@/features/library/library-page"), "LibraryPage"),
});

const medium = createRoute({
  getParentRoute: () => app,
  path: "/library/$medium",
  component: lazyRouteComponent(() => import("@/features/library/medium-page"), "MediumPage"),
});

export const academyRoutes = [
  library,
  medium,
  graph,
  reviews,
  coverage,
  courses,
  course,
  editor,
  cohorts,
  lesson,
] as const;
