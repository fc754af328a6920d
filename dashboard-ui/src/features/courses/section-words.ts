/** The places of a medium, for people. */
import type { Medium, Passage } from "@/lib/model";
import { plural } from "@/lib/number";
import type { SectionForm } from "./draft-form";

const LONGEST = 60;

export const labelOf = ({ title, name, words }: Medium): string =>
  `${title || name} (${plural(words, "word")})`;

/** [position, what it is called] of each place of a medium, in order; a page or time says how it begins. */
export function placesOf(passages: readonly Passage[]): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const { position, text } of passages) {
    if (position === "" || found.has(position)) continue;
    const begins = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    found.set(position, position.startsWith("#") ? position.slice(1) : `${position}: ${begins}`);
  }
  return [...found];
}

/** What stands between two positions, both included. */
export function passagesIn(passages: readonly Passage[], { first, last }: SectionForm): readonly Passage[] {
  const from = first === "" ? 0 : passages.findIndex(({ position }) => position === first);
  const to = last === "" ? passages.length - 1 : passages.findLastIndex(({ position }) => position === last);
  return from < 0 ? [] : passages.slice(from, to + 1);
}
