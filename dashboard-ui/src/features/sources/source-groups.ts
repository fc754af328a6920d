/** Sources called `group:member` that nobody configured: the files of a replay, or parts of a program's own naming. */
import type { EventSearch } from "@/features/events/event-search";
import { formatTerms, MAX_TERMS } from "@/features/events/event-terms";
import type { SourceItem } from "@/lib/model";
import { plural } from "@/lib/number";

export interface SourceGroup {
  /** What stands before the colon. */
  readonly name: string;
  readonly members: readonly SourceItem[];
  /** Their sums, the newest of their times, and how many complain. */
  readonly sum: SourceItem;
}

const groupOf = ({ name, kind }: SourceItem): string | undefined =>
  kind === "" ? name.split(":", 1)[0] : undefined;

/** What a source of a group is called in it. */
export const memberOf = ({ name }: SourceItem): string => name.slice(name.indexOf(":") + 1);

/** To the events of sources, whenever they happened, as a replay brings old ones; none for more than a filter can name. */
export function eventsOf(sources: readonly SourceItem[]): EventSearch | undefined {
  if (sources.length > MAX_TERMS) return undefined;
  const where = formatTerms(sources.map(({ name }) => ({ column: "source", value: name, exclude: false })));
  return { range: "all", where };
}

function sumOf(name: string, members: readonly [SourceItem, ...SourceItem[]]): SourceItem {
  const add = (figure: (member: SourceItem) => number): number =>
    members.reduce((sum, member) => sum + figure(member), 0);
  const newest = (time: (member: SourceItem) => number): number => Math.max(...members.map(time));
  const [first] = members;
  return {
    ...first,
    name,
    format: members.every(({ format }) => format === first.format) ? first.format : "several formats",
    events: add(({ events }) => events),
    rejected: add(({ rejected }) => rejected),
    lost: add(({ lost }) => lost),
    size: add(({ size }) => size),
    waiting: add(({ waiting }) => waiting),
    waiting_bytes: add((member) => member.waiting_bytes),
    rate: add(({ rate }) => rate),
    series: first.series.map((_, at) => add(({ series }) => series[at] ?? 0)),
    lag: newest(({ lag }) => lag),
    last_seen_at: newest((member) => member.last_seen_at),
    last_event_at: newest((member) => member.last_event_at),
    last_error: complaints(members),
  };
}

/** How many members have errors, with the last one's; empty when none has. */
function complaints(members: readonly SourceItem[]): string {
  const faulty = members.filter((member) => member.last_error !== "");
  const [last] = faulty.toSorted((one, other) => other.last_seen_at - one.last_seen_at);
  if (last === undefined) return "";
  const which = `${faulty.length} of ${plural(members.length, "source")} with errors`;
  return `${which}; ${memberOf(last)}: ${last.last_error}`;
}

/** Sources in their order, those of one group together in the place of the first; a single one stays as it is. */
export function grouped(sources: readonly SourceItem[]): readonly (SourceItem | SourceGroup)[] {
  const groups = new Map<string | SourceItem, SourceItem[]>();
  for (const source of sources) {
    const key = groupOf(source) ?? source;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups].flatMap(([name, [first, ...more]]): readonly (SourceItem | SourceGroup)[] => {
    if (first === undefined) return [];
    if (typeof name !== "string" || more.length === 0) return [first];
    return [{ name, members: [first, ...more], sum: sumOf(name, [first, ...more]) }];
  });
}
