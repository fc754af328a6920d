/** Gathers changes and hands them over at most once per animation frame, so that a burst of events is one render. */

const HIDDEN_FLUSH_MS = 1_000;

/**
 * The same on a timer, for what is costly and need not be quick: at most once in `everyMs`.
 */
export function slowBatch<T>(
  key: (item: T) => string,
  everyMs: number,
  flush: (items: T[]) => void,
): (item: T) => void {
  const waiting = new Map<string, T>();
  return (item) => {
    if (waiting.size === 0) {
      setTimeout(() => {
        const items = [...waiting.values()];
        waiting.clear();
        flush(items);
      }, everyMs);
    }
    waiting.set(key(item), item);
  };
}

/**
 * A function that takes one change. The newest change per key wins; `flush` gets them in order of arrival. In a hidden
 * tab, where no frames are drawn, once a second.
 */
export function frameBatch<T>(key: (item: T) => string, flush: (items: T[]) => void): (item: T) => void {
  const waiting = new Map<string, T>();
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    const items = [...waiting.values()];
    waiting.clear();
    flush(items);
  };

  return (item) => {
    const id = key(item);
    waiting.delete(id); // to the end: the order is that of the newest change
    waiting.set(id, item);
    if (timer !== undefined) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, HIDDEN_FLUSH_MS);
  };
}
