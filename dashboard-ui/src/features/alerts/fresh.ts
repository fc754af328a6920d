/** Which alerts have just arrived or changed, so that the eye finds them. */

const FRESH_MS = 2_400;
const since = new Map<string, number>();

export function markFresh(ids: readonly string[]): void {
  const now = performance.now();
  for (const [id, at] of since) if (now - at > FRESH_MS) since.delete(id);
  for (const id of ids) since.set(id, now);
}

export function isFresh(id: string): boolean {
  const at = since.get(id);
  return at !== undefined && performance.now() - at <= FRESH_MS;
}
