import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { CohortText, DraftText } from "@/lib/model";

export const courseKeys = {
  all: ["courses"] as const,
  list: ["courses", "list"] as const,
  course: (slug: string) => ["courses", "course", slug] as const,
  lesson: (id: string) => ["courses", "lesson", id] as const,
  learners: (slug: string) => ["courses", "learners", slug] as const,
  assignments: (slug: string) => ["courses", "assignments", slug] as const,
  targets: ["courses", "targets"] as const,
  coverage: (days: number, shift: string) => ["courses", "coverage", days, shift] as const,
  draft: (slug: string) => ["courses", "draft", slug] as const,
};

const of = (slug: string) => ({ params: { path: { course_id: slug } } });

export const coursesQuery = queryOptions({
  queryKey: courseKeys.list,
  queryFn: () => unwrap(api.GET("/api/v2/courses", { params: { query: { limit: 500 } } })),
});

/** A course with its lessons, as this person has them. */
export const courseQuery = (slug: string) =>
  queryOptions({
    queryKey: courseKeys.course(slug),
    queryFn: () => unwrap(api.GET("/api/v2/courses/{course_id}", of(slug))),
  });

export const lessonQuery = (id: string) =>
  queryOptions({
    queryKey: courseKeys.lesson(id),
    queryFn: () => unwrap(api.GET("/api/v2/lessons/{lesson_id}", { params: { path: { lesson_id: id } } })),
  });

/** What is being written of a course, texts included. It stays as it is while somebody writes. */
export const draftQuery = (slug: string) =>
  queryOptions({
    queryKey: courseKeys.draft(slug),
    queryFn: () => unwrap(api.GET("/api/v2/courses/{course_id}/draft", of(slug))),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // opened again it is read anew: it may have been published or changed meanwhile
    refetchOnWindowFocus: false,
  });

/** Who takes a course, and how far they are. */
export const learnersQuery = (slug: string) =>
  queryOptions({
    queryKey: courseKeys.learners(slug),
    queryFn: () => unwrap(api.GET("/api/v2/courses/{course_id}/learners", of(slug))),
  });

export const assignmentsQuery = (slug: string) =>
  queryOptions({
    queryKey: courseKeys.assignments(slug),
    queryFn: () => unwrap(api.GET("/api/v2/courses/{course_id}/assignments", of(slug))),
  });

/** Whom a course can be assigned to: people, and lists of them. */
export const targetsQuery = queryOptions({
  queryKey: courseKeys.targets,
  queryFn: async () => {
    const [people, cohorts] = await Promise.all([
      unwrap(api.GET("/api/v2/cohorts/people")),
      unwrap(api.GET("/api/v2/cohorts", { params: { query: { limit: 500 } } })),
    ]);
    return { people: people.items, cohorts: cohorts.items };
  },
});

const lesson = (id: string) => ({ params: { path: { lesson_id: id } } });

export const beginLesson = (id: string) => unwrap(api.POST("/api/v2/lessons/{lesson_id}/read", lesson(id)));

export const finishLesson = (id: string) => unwrap(api.POST("/api/v2/lessons/{lesson_id}/done", lesson(id)));

export const moveOn = (slug: string) => unwrap(api.POST("/api/v2/courses/{course_id}/move", of(slug)));

export const createCourse = (slug: string, title: string) =>
  unwrap(api.POST("/api/v2/courses", { body: { slug, title, summary: "", lessons: [] } }));

/** Replaces the draft, unless somebody else did since this version of the course. */
export const saveDraft = (slug: string, draft: DraftText, version: number) =>
  unwrap(
    api.PUT("/api/v2/courses/{course_id}/draft", {
      params: { path: { course_id: slug }, header: { "If-Match": `"${version}"` } },
      body: draft,
    }),
  );

export const deleteCourse = (slug: string) => settle(api.DELETE("/api/v2/courses/{course_id}", of(slug)));

export const publishCourse = (slug: string, note: string) =>
  unwrap(api.POST("/api/v2/courses/{course_id}/publish", { ...of(slug), body: { note } }));

export const retireCourse = (slug: string) =>
  unwrap(api.POST("/api/v2/courses/{course_id}/retire", of(slug)));

export const restoreCourse = (slug: string) =>
  unwrap(api.POST("/api/v2/courses/{course_id}/restore", of(slug)));

export const assignCourse = (slug: string, to: "user" | "cohort", target: string, due: number) =>
  unwrap(
    api.POST("/api/v2/courses/{course_id}/assignments", {
      ...of(slug),
      body: { to, target, due_at: due },
    }),
  );

export const withdrawAssignment = (slug: string, id: string) =>
  settle(
    api.DELETE("/api/v2/courses/{course_id}/assignments/{assignment_id}", {
      params: { path: { course_id: slug, assignment_id: id } },
    }),
  );

/** Which techniques somebody has mastered: everybody who looks after alerts, or a shift. */
export const coverageQuery = (days: number, shift: string) =>
  queryOptions({
    queryKey: courseKeys.coverage(days, shift),
    queryFn: () => unwrap(api.GET("/api/v2/graph/coverage", { params: { query: { days, shift } } })),
  });

export const createCohort = (body: CohortText) => unwrap(api.POST("/api/v2/cohorts", { body }));

export const changeCohort = (id: string, body: CohortText, version: number) =>
  unwrap(
    api.PUT("/api/v2/cohorts/{cohort_id}", {
      params: { path: { cohort_id: id }, header: { "If-Match": `"${version}"` } },
      body,
    }),
  );

export const deleteCohort = (id: string) =>
  settle(api.DELETE("/api/v2/cohorts/{cohort_id}", { params: { path: { cohort_id: id } } }));

/** Fetches what is shown of courses again; a draft only when it is opened, for somebody may be writing. */
export const refreshCourses = (queryClient: QueryClient) =>
  queryClient.invalidateQueries({
    queryKey: courseKeys.all,
    predicate: ({ queryKey }) => queryKey[1] !== "draft",
  });
