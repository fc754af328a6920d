/** Sorted pages of a list that grows at its end, and how changed items find their place in them. */
import type { InfiniteData } from "@tanstack/react-query";

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Order<T> {
  readonly id: (item: T) => string;
  /** As for `Array.sort`; must be the server's order. */
  readonly compare: (one: T, other: T) => number;
}

/**
 * The pages without the items in `gone` and with `arriving` in their places. What belongs behind the last page that was
 * fetched is left out: it comes when that page is.
 */
export function mergePages<T, P extends Page<T>>(
  data: InfiniteData<P>,
  gone: ReadonlySet<string>,
  arriving: readonly T[],
  { id, compare }: Order<T>,
): InfiniteData<P> {
  let rest = arriving.toSorted(compare);
  const pages = data.pages.map((page) => {
    const end = page.items.at(-1);
    const belongs = (item: T): boolean =>
      page.next === null || (end !== undefined && compare(item, end) <= 0);
    const here = rest.filter(belongs);
    rest = rest.filter((item) => !belongs(item));
    const stay = page.items.filter((item) => !gone.has(id(item)));
    return { ...page, items: [...stay, ...here].toSorted(compare) };
  });
  return { ...data, pages };
}
