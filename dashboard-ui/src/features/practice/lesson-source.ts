const FORM = /^lesson:([^/]+)\/([^/]+)$/;

/** What questions about a lesson name as their source. */
export const lessonSource = (course: string, lesson: string): string => `lesson:${course}/${lesson}`;

/** The slugs of the lesson that a source names; nothing for media and alerts. */
export function lessonOf(source: string): { readonly course: string; readonly lesson: string } | undefined {
  const [, course, lesson] = FORM.exec(source) ?? [];
  return course !== undefined && lesson !== undefined ? { course, lesson } : undefined;
}
