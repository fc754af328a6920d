/** Reads the Markdown of lessons: what the server lets through, and nothing that could be HTML. */

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "em"; readonly inside: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly inside: readonly Inline[] };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly inside: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly inside: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | {
      readonly kind: "list";
      /** The number of its first item; undefined without numbers. */
      readonly start: number | undefined;
      readonly items: readonly (readonly Inline[])[];
    }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

const PUNCTUATION = /[!-/:-@[-`{-~]/;
const SAFE = /^(?:https?:\/\/|mailto:|\/(?![/\\])|(?:\.\/)?[a-z0-9-]+(?:\.md)?(?:#|$))/;
const FENCE = /^ {0,3}(?:```|~~~)/;
// With `s` their ends never fail, which would try every length of the spaces before.
const HEADING = /^(#{1,6})\s+(.*)$/s;
const ITEM = /^ {0,3}(?:[-*+]|(\d{1,3})\.)\s+(.*)$/s;
const DIVIDER = /^\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$/;
const DEEPEST = 6;

/** A part of a line that is more than text, and where the rest begins. */
interface Mark {
  readonly one: Inline;
  readonly end: number;
}

/** Where a text stands next at or after a place, -1 for nowhere. Asked for places that only grow, it reads the line once. */
function finder(line: string, wanted: string): (from: number) => number {
  let at = 0;
  let known = false;
  return (from) => {
    if (!known || (at >= 0 && at < from)) at = line.indexOf(wanted, from);
    known = true;
    return at;
  };
}

/** What begins at a place of a line. Every mark that is closed is passed over, and none is looked for twice. */
function marksOf(line: string, depth: number): (at: number) => Mark | undefined {
  const [tick, star, stars, bracket, paren] = ["`", "*", "**", "]", ")"].map((one) => finder(line, one));
  const within = (from: number, to: number) => inlineOf(line.slice(from, to), depth + 1);
  const code = (at: number): Mark | undefined => {
    const end = tick?.(at + 1) ?? -1;
    return end > at + 1 ? { one: { kind: "code", text: line.slice(at + 1, end) }, end: end + 1 } : undefined;
  };
  const strong = (at: number): Mark | undefined => {
    const found = stars?.(at + 2) ?? -1;
    if (found <= at + 2) return undefined;
    const end = line[found + 2] === "*" ? found + 1 : found; // `*c***`: the first star is of what is inside
    return { one: { kind: "strong", inside: within(at + 2, end) }, end: end + 2 };
  };
  const em = (at: number): Mark | undefined => {
    const end = /[*\s]/.test(line[at + 1] ?? " ") ? -1 : (star?.(at + 1) ?? -1);
    return end > 0 ? { one: { kind: "em", inside: within(at + 1, end) }, end: end + 1 } : undefined;
  };
  const link = (at: number): Mark | undefined => {
    const middle = bracket?.(at + 1) ?? -1;
    if (middle <= at + 1 || line[middle + 1] !== "(" || /[)\s]/.test(line[middle + 2] ?? " "))
      return undefined;
    const close = paren?.(middle + 2) ?? -1;
    if (close < 0) return undefined;
    const href = /^\S+/.exec(line.slice(middle + 2, close))?.[0] ?? "";
    if (SAFE.test(href))
      return { one: { kind: "link", href, inside: within(at + 1, middle) }, end: close + 1 };
    return { one: { kind: "text", text: line.slice(at + 1, middle) }, end: close + 1 };
  };
  return (at) => {
    const [char, next = ""] = [line[at], line[at + 1]];
    if (char === "\\")
      return PUNCTUATION.test(next) ? { one: { kind: "text", text: next }, end: at + 2 } : undefined;
    if (char === "`") return code(at);
    if (char === "[") return link(at);
    if (char === "*") return next === "*" ? strong(at) : em(at);
    return undefined;
  };
}

/** Emphasis, code and links of a line. A link that leads nowhere safe is its text. Takes time in proportion to the line. */
export function inlineOf(text: string, depth = 0): readonly Inline[] {
  if (depth >= DEEPEST) return [{ kind: "text", text }];
  const found: Inline[] = [];
  const markAt = marksOf(text, depth);
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const mark = markAt(at);
    if (mark === undefined) at += 1;
    else {
      if (at > from) found.push({ kind: "text", text: text.slice(from, at) });
      found.push(mark.one);
      at = mark.end;
      from = at;
    }
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

const cells = (line: string): readonly (readonly Inline[])[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inlineOf(cell.trim()));

const wordsOf = (inside: readonly Inline[]): string =>
  inside.map((one) => ("text" in one ? one.text : wordsOf(one.inside))).join("");

/** A text's blocks without the heading it begins with, where that only repeats the title that already stands above it. */
export function withoutTitle(blocks: readonly Block[], title: string): readonly Block[] {
  const [first] = blocks;
  const words = first?.kind === "heading" ? wordsOf(first.inside) : undefined;
  return words?.trim().toLowerCase() === title.trim().toLowerCase() ? blocks.slice(1) : blocks;
}

/** Whether a paragraph ends before this line. */
const begins = (line: string): boolean =>
  line.trim() === "" || FENCE.test(line) || HEADING.test(line) || ITEM.test(line) || /^[>|]/.test(line);

/** The blocks of a text, in their order. */
export function blocksOf(text: string, depth = 0): readonly Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = (): string => lines[at] ?? "";
  const take = (holds: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    while (at < lines.length && holds(line())) taken.push(lines[at++] ?? "");
    return taken;
  };
  while (at < lines.length) {
    const heading = HEADING.exec(line());
    if (line().trim() === "") at += 1;
    else if (heading !== null) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 2, inside: inlineOf(heading[2] ?? "") });
      at += 1;
    } else if (FENCE.test(line())) {
      at += 1;
      blocks.push({ kind: "code", text: take((one) => !FENCE.test(one)).join("\n") });
      at += 1;
    } else if (/^ {0,3}(?:---+|\*\*\*+)\s*$/.test(line())) {
      blocks.push({ kind: "rule" });
      at += 1;
    } else if (line().startsWith(">") && depth < DEEPEST) {
      const inner = take((one) => one.startsWith(">")).map((one) => one.replace(/^> ?/, ""));
      blocks.push({ kind: "quote", blocks: blocksOf(inner.join("\n"), depth + 1) });
    } else if (line().startsWith("|") && DIVIDER.test(lines[at + 1] ?? "")) {
      const head = cells(line());
      at += 2;
      blocks.push({ kind: "table", head, rows: take((one) => one.startsWith("|")).map(cells) });
    } else if (ITEM.test(line())) blocks.push(listAt());
    else {
      const first = lines[at++] ?? "";
      const more = take((one) => !begins(one));
      blocks.push({
        kind: "paragraph",
        inside: inlineOf([first, ...more].map((one) => one.trim()).join(" ")),
      });
    }
  }
  return blocks;

  function listAt(): Block {
    const number = ITEM.exec(line())?.[1];
    const items: (readonly Inline[])[] = [];
    for (let item = ITEM.exec(line()); item !== null; item = ITEM.exec(line())) {
      if ((item[1] === undefined) !== (number === undefined)) break;
      at += 1;
      const more = take((one) => !begins(one));
      items.push(inlineOf([item[2] ?? "", ...more].map((one) => one.trim()).join(" ")));
      if (line().trim() === "" && ITEM.test(lines[at + 1] ?? "")) at += 1;
    }
    return { kind: "list", start: number === undefined ? undefined : Number(number), items };
  }
}
