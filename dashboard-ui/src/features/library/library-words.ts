/** Media in words: where they are in their life, where a passage stands, and why a file is not taken. */
import type { Library, Medium, MediumStage, MediumState, Passage } from "@/lib/model";
import { formatBytes, formatNumber, plural } from "@/lib/number";

export const STATE_NAMES: Readonly<Record<MediumState, string>> = {
  kept: "Waits to be read",
  reading: "Being read",
  ready: "Read",
  failed: "Cannot be read",
  quarantined: "Quarantined",
};

export const KIND_NAMES: Readonly<Record<Medium["kind"], string>> = {
  text: "Text",
  captions: "Captions",
  document: "Document",
  slides: "Slides",
  image: "Image",
  audio: "Audio",
  video: "Video",
};

/** What each step is about. */
export const STAGE_NAMES: Readonly<Record<MediumStage, string>> = {
  sniff: "Compare its bytes with its name",
  scan: "Scan for viruses",
  text: "Take out the text",
  concepts: "Find concepts",
  graph: "State them in the graph",
};

/** The steps that are always taken; a virus scanner adds one. */
export const STEPS: readonly MediumStage[] = ["sniff", "text", "concepts", "graph"];

/** How many steps of a reading there are, and how many of them have ended. */
export function stepsOf({ stages }: Pick<Medium, "stages">): { readonly done: number; readonly all: number } {
  const scans = stages.some(({ stage }) => stage === "scan");
  const done = stages.filter((one) => typeof one.ended_at === "number").length;
  return { done, all: STEPS.length + (scans ? 1 : 0) };
}

export const isUnderWay = ({ state }: Pick<Medium, "state">): boolean =>
  state === "kept" || state === "reading";

const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");

/** `1:02:05`, of a recording. */
export function clock(ms: number): string {
  const seconds = ms / 1_000;
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Where a passage stands; empty where its document has no positions. */
export function placeOf({ page, slide, line, at_ms: at }: Passage): string {
  if (at >= 0) return clock(at);
  if (page > 0) return `page ${formatNumber(page)}`;
  if (slide > 0) return `slide ${formatNumber(slide)}`;
  return line > 0 ? `line ${formatNumber(line)}` : "";
}

export const isRecording = ({ kind }: Pick<Medium, "kind">): boolean => kind === "audio" || kind === "video";

/** A name without its suffix. */
export const stem = (name: string): string => name.replace(/\.[^./]*$/, "");

/** The size of what a medium holds: its length, words, pages, slides, concepts. */
export function contents(medium: Medium): string {
  const { pages, slides, duration_ms: length } = medium.facts;
  return [
    isRecording(medium) && length > 0 && clock(length),
    pages > 0 && plural(pages, "page"),
    slides > 0 && plural(slides, "slide"),
    medium.words > 0 && plural(medium.words, "word"),
    medium.concepts > 0 && plural(medium.concepts, "concept"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Why a file of its name and size is not taken; empty when nothing speaks against it. */
export function refusal(file: Pick<File, "name" | "size">, library: Library | undefined): string {
  if (file.size === 0) return "It is empty.";
  if (library === undefined) return "";
  const name = file.name.toLowerCase();
  const format = library.formats.find(({ suffix }) => name.endsWith(suffix));
  if (format === undefined)
    return `This type is not taken. Those that are: ${library.formats.map(({ suffix }) => suffix).join(", ")}.`;
  if (file.size > format.most_bytes)
    return `It is too large: ${formatBytes(file.size)}, and at most ${formatBytes(format.most_bytes)} of ${format.suffix} are taken.`;
  return "";
}

/** How far an upload is: `1.2 MiB of 5.0 MiB`. */
export const share = (sent: number, size: number): string => `${formatBytes(sent)} of ${formatBytes(size)}`;
