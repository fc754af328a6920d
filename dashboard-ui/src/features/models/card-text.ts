/** As much of Markdown as model cards have: headings, paragraphs and tables. It becomes text, never HTML. */

export type CardPart =
  | { readonly kind: "heading"; readonly at: number; readonly text: string }
  | { readonly kind: "text"; readonly at: number; readonly text: string }
  | { readonly kind: "table"; readonly at: number; readonly rows: readonly (readonly string[])[] };

const plain = (text: string): string => text.replaceAll("`", "");
const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => plain(cell.trim()));

/** The parts below the title, which the page has already. */
export function partsOf(card: string): readonly CardPart[] {
  const parts: CardPart[] = [];
  let rows: string[][] = [];
  for (const [at, line] of card.split("\n").entries()) {
    if (line.startsWith("|")) {
      if (!/^[|\s:-]+$/.test(line)) rows.push(cellsOf(line));
      continue;
    }
    if (rows.length > 0) parts.push({ kind: "table", at, rows });
    rows = [];
    if (line.startsWith("## ")) parts.push({ kind: "heading", at: at + 0.5, text: plain(line.slice(3)) });
    else if (line.trim() !== "" && !line.startsWith("# "))
      parts.push({ kind: "text", at: at + 0.5, text: plain(line.trim()) });
  }
  if (rows.length > 0) parts.push({ kind: "table", at: -1, rows });
  return parts;
}
