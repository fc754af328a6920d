/** A course while it is written: what the form holds, and what is sent of it. */
import type { Draft, DraftText, LessonText } from "@/lib/model";

/** Where in a medium a lesson's text is; an empty end is the medium's own. */
export interface SectionForm {
  readonly medium: string;
  readonly first: string;
  readonly last: string;
}

/** A lesson in the form; lists of names are texts with commas. */
export interface LessonForm {
  /** Names the lesson while it is written: the slug, or a made-up one of a lesson that was never saved. */
  readonly key: string;
  /** Empty until it is saved for the first time: then it follows from the title, and never changes. */
  readonly slug: string;
  readonly title: string;
  readonly minutes: number;
  readonly teaches: string;
  readonly requires: string;
  readonly techniques: string;
  readonly text: string;
  readonly section: SectionForm | undefined;
}

export interface CourseForm {
  readonly title: string;
  readonly summary: string;
  readonly lessons: readonly LessonForm[];
}

const LONGEST_SLUG = 64;

/** A title as it stands in an address: `Scans & probes` is `scans-probes`. */
export function slugOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const slug = (plain.match(/[a-z0-9]+/g) ?? []).join("-").slice(0, LONGEST_SLUG);
  return slug.endsWith("-") ? slug.slice(0, -1) : slug;
}

/** The names in a text with commas, each once. */
export function namesIn(text: string): string[] {
  const names = text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return [...new Set(names)];
}

/** The text with one more name. */
export const withName = (text: string, name: string): string => [...namesIn(text), name].join(", ");

export function formOf({ title, summary, lessons }: Draft): CourseForm {
  return {
    title,
    summary,
    lessons: lessons.map((one) => ({
      key: one.slug,
      slug: one.slug,
      title: one.title,
      minutes: one.minutes,
      teaches: one.teaches.join(", "),
      requires: one.requires.join(", "),
      techniques: one.techniques.join(", "),
      text: one.text,
      section: one.section ?? undefined,
    })),
  };
}

/** A lesson to write; of a medium when one is named. */
export function newLesson(key: string, section?: SectionForm): LessonForm {
  const nothing = { slug: "", title: "", teaches: "", requires: "", techniques: "", text: "" };
  return { ...nothing, key, minutes: 5, section };
}

/** What is sent. Lessons that are new get a slug of their own from their titles. */
export function draftOf({ title, summary, lessons }: CourseForm): DraftText {
  const taken = new Set(lessons.map(({ slug }) => slug));
  return { title: title.trim(), summary: summary.trim(), lessons: lessons.map(lessonOf) };

  function lessonOf(one: LessonForm): LessonText {
    const slug = one.slug || freeSlug(slugOf(one.title) || "lesson");
    taken.add(slug);
    return {
      slug,
      title: one.title.trim(),
      minutes: one.minutes,
      teaches: namesIn(one.teaches),
      requires: namesIn(one.requires),
      techniques: namesIn(one.techniques).map((id) => id.toUpperCase()),
      text: one.section === undefined ? one.text : "",
      section: one.section ?? null,
    };
  }

  function freeSlug(wanted: string): string {
    let slug = wanted;
    for (let number = 2; taken.has(slug); number += 1)
      slug = `${wanted.slice(0, LONGEST_SLUG - 4)}-${number}`;
    return slug;
  }
}

/** The lessons with one of them a place up; as they were when it is the first. */
export function movedUp(lessons: readonly LessonForm[], at: number): readonly LessonForm[] {
  const [one, other] = [lessons[at], lessons[at - 1]];
  return one === undefined || other === undefined ? lessons : lessons.with(at, other).with(at - 1, one);
}

/** Whether the server put lessons elsewhere than they were sent. */
export const isReordered = (sent: DraftText, { lessons }: Draft): boolean =>
  lessons.some(({ slug }, at) => sent.lessons?.[at]?.slug !== slug);

/** What has to be written before it can be saved; empty when nothing is missing. */
export function missingIn({ title, lessons }: CourseForm): string {
  if (title.trim() === "") return "The course needs a title.";
  const untitled = lessons.findIndex((one) => one.title.trim() === "");
  if (untitled >= 0) return `Lesson ${untitled + 1} needs a title.`;
  const lost = lessons.find(({ section }) => section?.medium === "");
  if (lost !== undefined) return `Choose the medium of “${lost.title}”.`;
  const empty = lessons.find(({ section, text }) => section === undefined && text.trim() === "");
  return empty === undefined ? "" : `“${empty.title}” has no text.`;
}
