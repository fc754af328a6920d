/** What the address of the page may carry. */
export interface PeopleSearch {
  readonly show?: "keys";
  readonly q?: string;
  /** Keys that work no more, too. */
  readonly state?: "all";
}

/** What is understood of it; everything else is as if it were not there. */
export function parsePeopleSearch({ show, q, state }: Record<string, unknown>): PeopleSearch {
  return {
    ...(show === "keys" && { show }),
    ...(typeof q === "string" && q.trim() !== "" && { q: q.trim() }),
    ...(state === "all" && { state }),
  };
}
