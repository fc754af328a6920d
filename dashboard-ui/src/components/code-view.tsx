/** Rules and raw events as text with quiet colours: tokens become spans, never markup. */
import type { ReactNode } from "react";
import { classes } from "./classes";
import styles from "./code-view.module.css";

const MAX_COLOURED = 40_000;

type Language = "yaml" | "json";
type Kind = "key" | "string" | "literal" | "comment" | "plain";

interface Token {
  readonly text: string;
  readonly kind: Kind;
}

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

function jsonLine(line: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of line.matchAll(JSON_TOKEN)) {
    if (match.index > end) tokens.push({ text: line.slice(end, match.index), kind: "plain" });
    const [whole, quoted, colon] = match;
    if (quoted === undefined) tokens.push({ text: whole, kind: "literal" });
    else if (colon === undefined) tokens.push({ text: quoted, kind: "string" });
    else tokens.push({ text: quoted, kind: "key" }, { text: colon, kind: "plain" });
    end = match.index + whole.length;
  }
  if (end < line.length) tokens.push({ text: line.slice(end), kind: "plain" });
  return tokens;
}

const YAML_LINE = /^(\s*(?:- )*)([\w.|@-]+)(:(?=\s|$))(.*)$/;
const YAML_ITEM = /^(\s*- )(.*)$/;

function yamlValue(text: string): Token {
  return { text, kind: text.trim() === "" ? "plain" : "string" };
}

function yamlLine(line: string): Token[] {
  if (line.trimStart().startsWith("#")) return [{ text: line, kind: "comment" }];
  const pair = YAML_LINE.exec(line);
  if (pair !== null) {
    const [, indent = "", key = "", colon = "", value = ""] = pair;
    return [
      { text: indent, kind: "plain" },
      { text: key, kind: "key" },
      { text: colon, kind: "plain" },
      yamlValue(value),
    ];
  }
  const item = YAML_ITEM.exec(line);
  if (item !== null) return [{ text: item[1] ?? "", kind: "plain" }, yamlValue(item[2] ?? "")];
  return [{ text: line, kind: "plain" }];
}

interface CodeViewProps {
  readonly text: string;
  readonly language: Language;
  readonly label: string;
  /** Keys to point out, for example the fields that a rule matched. */
  readonly marked?: ReadonlySet<string>;
}

export function CodeView({ text, language, label, marked }: CodeViewProps) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={styles["code"]} tabIndex={0} role="region" aria-label={label}>
      <code>{text.length > MAX_COLOURED ? text : coloured(text, language, marked)}</code>
    </pre>
  );
}

function coloured(text: string, language: Language, marked: ReadonlySet<string> | undefined): ReactNode[] {
  const tokenise = language === "json" ? jsonLine : yamlLine;
  return text.split("\n").map((line, row) => {
    const tokens = tokenise(line);
    const hit = tokens.some(({ kind, text: key }) => kind === "key" && marked?.has(key.replaceAll('"', "")));
    return (
      // oxlint-disable-next-line react/no-array-index-key -- lines of a fixed text
      <span key={row} className={classes(styles["line"], hit && styles["hit"])}>
        {tokens.map((token, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- tokens of a fixed line
          <span key={at} className={styles[token.kind]}>
            {token.text}
          </span>
        ))}
        {"\n"}
      </span>
    );
  });
}
