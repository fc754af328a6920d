import { sentenceOf } from "@/lib/problem";

interface Handled {
  readonly done: number;
  /** Why, once for each reason. */
  readonly refused: readonly string[];
  readonly firstError: unknown;
}

/** Asks for one after the other, so that many of them are no flood; one that is refused keeps no other back. */
export async function handleEach<T>(
  items: readonly T[],
  handle: (item: T) => Promise<unknown>,
): Promise<Handled> {
  let done = 0;
  const refused = new Set<string>();
  let firstError: unknown;
  for (const item of items) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other on purpose
      await handle(item);
      done += 1;
    } catch (error) {
      refused.add(sentenceOf(error));
      firstError ??= error;
    }
  }
  return { done, refused: [...refused], firstError };
}
