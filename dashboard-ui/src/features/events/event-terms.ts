/** Filters by value, and how they stand in the address. */
import { fieldOf, isFilter } from "./event-fields";

/** One filter: a column that has, or has not, a value. */
export interface Term {
  readonly column: string;
  readonly value: string;
  readonly exclude: boolean;
}

export const MAX_TERMS = 20;

/** `src_ip=10.0.0.1;user!=root`; a `;` or `\` inside a value has a `\` before it. */
export function formatTerms(terms: readonly Term[]): string {
  return terms
    .map(
      ({ column, value, exclude }) => `${column}${exclude ? "!=" : "="}${value.replaceAll(/[\\;]/g, "\\$&")}`,
    )
    .join(";");
}

/** Reads filters; what is no filter is left out. */
export function parseTerms(text: string): Term[] {
  const terms: Term[] = [];
  for (const [part] of text.matchAll(/(?:\\.|[^\\;])+/gs)) {
    const [, column = "", sign, value = ""] = /^(\w+)(!?=)(.*)$/s.exec(part) ?? [];
    if (sign === undefined || !isFilter(column)) continue;
    const term = { column, value: value.replaceAll(/\\(.)/gs, "$1"), exclude: sign === "!=" };
    const kind = fieldOf(column)?.kind;
    if (kind !== "text" && kind !== "address" && !/^-?\d{1,18}$/.test(term.value)) continue;
    if (!terms.some((other) => sameTerm(other, term))) terms.push(term);
  }
  return terms.slice(0, MAX_TERMS);
}

const sameTerm = (one: Term, other: Term): boolean =>
  one.column === other.column && one.value === other.value;

/** The filters with one more; the same value is turned around rather than named twice. */
export function addTerm(terms: readonly Term[], term: Term): Term[] {
  const at = terms.findIndex((other) => sameTerm(other, term));
  return at < 0 ? [...terms, term] : terms.with(at, term);
}
