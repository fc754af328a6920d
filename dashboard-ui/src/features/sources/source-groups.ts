/** Sources of one replay: files of a folder or an archive, which are called `folder:file`. */
import type { SourceItem } from "@/lib/model";

export interface SourceGroup {
  /** What stands before the colon. */
  readonly name: string;
  readonly files: readonly SourceItem[];
  /** Their sums, and the newest of their times. */
  readonly sum: SourceItem;
}

const groupOf = ({ name, kind }: SourceItem): string | undefined =>
  kind === "" && name.includes(":") ? name.slice(0, name.indexOf(":")) : undefined;

/** The file that a source of a group stands for. */
export const fileOf = ({ name }: SourceItem): string => name.slice(name.indexOf(":") + 1);

function sumOf(name: string, files: readonly [SourceItem, ...SourceItem[]]): SourceItem {
  const add = (figure: (file: SourceItem) => number): number =>
    files.reduce((sum, file) => sum + figure(file), 0);
  const newest = (time: (file: SourceItem) => number): number => Math.max(...files.map(time));
  const [first] = files;
  return {
    ...first,
    name,
    format: files.every(({ format }) => format === first.format) ? first.format : "several formats",
    events: add(({ events }) => events),
    rejected: add(({ rejected }) => rejected),
    size: add(({ size }) => size),
    waiting: add(({ waiting }) => waiting),
    rate: add(({ rate }) => rate),
    series: first.series.map((_, at) => add(({ series }) => series[at] ?? 0)),
    lag: newest(({ lag }) => lag),
    last_seen_at: newest(({ last_seen_at }) => last_seen_at),
    last_event_at: newest(({ last_event_at }) => last_event_at),
  };
}

/** Sources in their order, those of one replay together in the place of the first; a single one stays as it is. */
export function grouped(sources: readonly SourceItem[]): readonly (SourceItem | SourceGroup)[] {
  const groups = new Map<string | SourceItem, SourceItem[]>();
  for (const source of sources) {
    const key = groupOf(source) ?? source;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups].flatMap(([name, [first, ...more]]): readonly (SourceItem | SourceGroup)[] => {
    if (first === undefined) return [];
    if (typeof name !== "string" || more.length === 0) return [first];
    return [{ name, files: [first, ...more], sum: sumOf(name, [first, ...more]) }];
  });
}
