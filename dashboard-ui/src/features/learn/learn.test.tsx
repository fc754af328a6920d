import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { blocksOf, inlineOf } from "./markdown";

const kinds = (text: string): readonly string[] => blocksOf(text).map(({ kind }) => kind);

describe("the Markdown of lessons", () => {
  it("knows headings, lists, tables, code, quotations and paragraphs", () => {
    const text =
      "# A\n\nText that\ngoes on.\n\n- one\n  more\n- two\n\n1. first\n\n2. second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n<b>\n```\n\n> said\n\n---\n";
    expect(kinds(text)).toEqual(["heading", "paragraph", "list", "list", "table", "code", "quote", "rule"]);
    const [, paragraph, list, numbered] = blocksOf(text);
    expect(paragraph).toMatchObject({ inside: [{ text: "Text that goes on." }] });
    expect(list).toMatchObject({ ordered: false, items: [[{ text: "one more" }], [{ text: "two" }]] });
    expect(numbered).toMatchObject({ ordered: true, items: [[{ text: "first" }], [{ text: "second" }]] });
  });

  it("emphasises, escapes, and links to what is safe", () => {
    expect(inlineOf("a **b *c*** `d*` \\*e\\*")).toMatchObject([
      { text: "a " },
      { kind: "strong" },
      { text: " " },
      { kind: "code", text: "d*" },
      { text: " " },
      { text: "*" },
      { text: "e" },
      { text: "*" },
    ]);
    expect(inlineOf("[x](04-scans.md)")).toMatchObject([{ kind: "link", href: "04-scans.md" }]);
    for (const href of ["javascript:alert(1)", "data:text/html,x", "//evil.example", "JAVASCRIPT:x"])
      expect(inlineOf(`[x](${href})`)[0]).toEqual({ kind: "text", text: "x" });
  });

  it("takes nothing for HTML, and reads long hostile lines", () => {
    expect(inlineOf("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "text", text: "<img src=x onerror=alert(1)>" },
    ]);
    expect(blocksOf(`${">".repeat(2_000)} x`)).toHaveLength(1);
    expect(blocksOf("*".repeat(5_000) + "[".repeat(5_000))).toHaveLength(1);
    render(<p>{inlineOf("<b>").map((one) => (one.kind === "text" ? one.text : ""))}</p>);
    expect(screen.getByText("<b>")).toBeInTheDocument();
  });
});
