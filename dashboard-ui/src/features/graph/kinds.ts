import type { GraphMap } from "@/lib/model";

export type Kind = GraphMap["kinds"][number];

/** What concepts are called in the legend, the token of their colour, and what one is called. */
export const KINDS: Readonly<Record<Kind, readonly [string, string, string]>> = {
  concept: ["Concepts", "--data-1", "Concept"],
  technique: ["Techniques", "--data-2", "Technique"],
  tactic: ["Tactics", "--data-3", "Tactic"],
  mitigation: ["Mitigations", "--data-6", "Mitigation"],
  weakness: ["Weaknesses", "--data-5", "Weakness"],
  medium: ["Media", "--data-rest", "Medium"],
  lesson: ["Lessons", "--data-4", "Lesson"],
  rule: ["Rules", "--informational-mark", "Rule"],
};

export const RELATIONS: Readonly<Record<GraphMap["relations"][number], readonly [string, string]>> = {
  requires: ["Requires", "Required by"],
  part_of: ["Part of", "Has as parts"],
  related: ["Related to", "Related to"],
  mentions: ["Mentions", "Mentioned in"],
  explains: ["Explains", "Explained by"],
  mitigates: ["Mitigates", "Mitigated by"],
  detects: ["Detects", "Detected by"],
};

/** In the order of the legend. */
export const ALL_KINDS: readonly Kind[] = [
  "concept",
  "technique",
  "tactic",
  "mitigation",
  "weakness",
  "medium",
  "lesson",
  "rule",
];

export const ALL_RELATIONS: readonly GraphMap["relations"][number][] = [
  "requires",
  "part_of",
  "related",
  "mentions",
  "explains",
  "mitigates",
  "detects",
];

/** How many of each kind a map holds, in the order of the legend. */
export function counts(map: GraphMap): readonly (readonly [Kind, number])[] {
  const found = new Map<Kind, number>();
  for (const kind of map.kinds) found.set(kind, (found.get(kind) ?? 0) + 1);
  return ALL_KINDS.flatMap((kind) => {
    const count = found.get(kind);
    return count === undefined ? [] : [[kind, count] as const];
  });
}
