import type { CourseCard, LessonOutline } from "@/lib/model";
import { plural } from "@/lib/number";

/** What a lesson's state is called. */
export const STATES: Readonly<Record<LessonOutline["state"], string>> = {
  locked: "Locked",
  open: "Open",
  read: "Begun",
  done: "Done",
};

/** "3 of 12 lessons done", or what the course takes before it was begun. */
export function standing({ done, lessons, minutes, started_at: started }: CourseCard): string {
  const size = plural(lessons, "lesson");
  return started > 0 ? `${done} of ${size} done` : `${size}, about ${minutes} min`;
}

/** Where to go on: the first lesson that is begun or open. */
export function nextLesson(lessons: readonly LessonOutline[]): LessonOutline | undefined {
  return lessons.find(({ state }) => state === "read" || state === "open");
}

/** Of a locked lesson, what it waits for. */
export const unmetOf = (lesson: LessonOutline) => lesson.needs.filter((need) => !need.is_met);
