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
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

const INLINE =
  /\\([!-/:-@[-`{-~])|`([^`]+)`|\*\*([^*]+(?:\*[^*]+\*[^*]*)*)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)[^)]*\)/;
const SAFE = /^(?:https?:\/\/|mailto:|\/(?!\/)|(?:\.\/)?[a-z0-9-]+(?:\.md)?(?:#|$))/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const ITEM = /^ {0,3}(?:[-*+]|(\d{1,3})\.)\s+(.*)$/;
const DIVIDER = /^\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$/;
const DEEPEST = 6;

/** Emphasis, code and links of a line. A link that leads nowhere safe is its text. */
export function inlineOf(text: string, depth = 0): readonly Inline[] {
  if (depth >= DEEPEST) return [{ kind: "text", text }];
  const found: Inline[] = [];
  let rest = text;
  for (let match = INLINE.exec(rest); match !== null; match = INLINE.exec(rest)) {
    if (match.index > 0) found.push({ kind: "text", text: rest.slice(0, match.index) });
    const [whole, escaped, code, strong, em, label, href] = match;
    if (escaped !== undefined) found.push({ kind: "text", text: escaped });
    else if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", inside: inlineOf(strong, depth + 1) });
    else if (em !== undefined) found.push({ kind: "em", inside: inlineOf(em, depth + 1) });
    else if (href !== undefined && SAFE.test(href))
      found.push({ kind: "link", href, inside: inlineOf(label ?? "", depth + 1) });
    else found.push({ kind: "text", text: label ?? whole });
    rest = rest.slice(match.index + whole.length);
  }
  if (rest !== "") found.push({ kind: "text", text: rest });
  return found;
}

const cells = (line: string): readonly (readonly Inline[])[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inlineOf(cell.trim()));

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
    const ordered = ITEM.exec(line())?.[1] !== undefined;
    const items: (readonly Inline[])[] = [];
    for (let item = ITEM.exec(line()); item !== null; item = ITEM.exec(line())) {
      if ((item[1] !== undefined) !== ordered) break;
      at += 1;
      const more = take((one) => !begins(one));
      items.push(inlineOf([item[2] ?? "", ...more].map((one) => one.trim()).join(" ")));
      if (line().trim() === "" && ITEM.test(lines[at + 1] ?? "")) at += 1;
    }
    return { kind: "list", ordered, items };
  }
}
