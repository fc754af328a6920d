import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { blocksOf, inlineOf, withoutTitle } from "./markdown";

const shown = (text: string): readonly string[] =>
  withoutTitle(blocksOf(text), "What an alert is").map(({ kind }) => kind);

const kinds = (text: string): readonly string[] => blocksOf(text).map(({ kind }) => kind);

describe("the Markdown of lessons", () => {
  it("knows headings, lists, tables, code, quotations and paragraphs", () => {
    const text =
      "# A\n\nText that\ngoes on.\n\n- one\n  more\n- two\n\n1. first\n\n2. second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n<b>\n```\n\n> said\n\n---\n";
    expect(kinds(text)).toEqual(["heading", "paragraph", "list", "list", "table", "code", "quote", "rule"]);
    const [, paragraph, list, numbered] = blocksOf(text);
    expect(paragraph).toMatchObject({ inside: [{ text: "Text that goes on." }] });
    expect(list).toMatchObject({ start: undefined, items: [[{ text: "one more" }], [{ text: "two" }]] });
    expect(numbered).toMatchObject({ start: 1, items: [[{ text: "first" }], [{ text: "second" }]] });
  });

  it("goes on counting behind what stands within a list", () => {
    expect(blocksOf("1. one\n\n```\nx\n```\n\n2. two")).toMatchObject([
      { start: 1 },
      { kind: "code" },
      { start: 2 },
    ]);
  });

  it("is without the heading that only repeats the title", () => {
    expect(shown("# What an *alert* is\n\nA question.")).toEqual(["paragraph"]);
    expect(shown("## What an event is\n\nA record.")).toEqual(["heading", "paragraph"]);
    expect(shown("What an alert is\n\n# What an alert is")).toEqual(["paragraph", "heading"]);
    expect(shown("")).toEqual([]);
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
    for (const href of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//evil.example",
      "/\\evil.example",
      "JAVASCRIPT:x",
    ])
      expect(inlineOf(`[x](${href})`)[0]).toEqual({ kind: "text", text: "x" });
  });

  it("takes nothing for HTML, and reads long hostile lines", () => {
    expect(inlineOf("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "text", text: "<img src=x onerror=alert(1)>" },
    ]);
    expect(blocksOf(`${">".repeat(2_000)} x`)).toHaveLength(1);
    expect(blocksOf("*".repeat(5_000) + "[".repeat(5_000))).toHaveLength(1);
    expect(inlineOf("**a *b*** *[c](/d)*")).toMatchObject([
      { kind: "strong", inside: [{ text: "a " }, { kind: "em", inside: [{ text: "b" }] }] },
      { text: " " },
      { kind: "em", inside: [{ kind: "link", href: "/d", inside: [{ text: "c" }] }] },
    ]);
    expect(inlineOf("[a]( /b) [] **** `` * c * \\a")).toEqual([
      { kind: "text", text: "[a]( /b) [] **** `` * c * \\a" },
    ]);
    render(<p>{inlineOf("<b>").map((one) => (one.kind === "text" ? one.text : ""))}</p>);
    expect(screen.getByText("<b>")).toBeInTheDocument();
  });

  // The longest lesson has 100,000 characters. What took time by the square of that took from seconds to hours.
  it.each([
    ["unclosed labels", "[".repeat(100_000)],
    ["labels without links", `${"[a".repeat(50_000)}]`],
    ["unclosed links", "[a](b".repeat(20_000)],
    ["a long address that never ends", `[a](${"b".repeat(99_000)}`],
    ["a label before spaces", `[a](b${" ".repeat(50_000)}`.repeat(2)],
    ["half-closed strong words", "**a*b".repeat(20_000)],
    ["stars", "*a ".repeat(33_000)],
    ["backticks", "`".repeat(100_000)],
    ["a heading with a line separator", `# ${" ".repeat(50_000)}\u2028${"x".repeat(49_000)}`],
    ["an item with a line separator", `- ${" ".repeat(50_000)}\u2028${"x".repeat(49_000)}`],
    ["rulers", `|${"-".repeat(50_000)}x\n|${"-".repeat(49_000)}x`],
  ])("reads %s in time", (_, text) => {
    const before = performance.now();
    blocksOf(text);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
