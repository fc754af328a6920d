import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import styles from "./lesson-text.module.css";
import { type Block, blocksOf, type Inline, withoutTitle } from "./markdown";

const LESSON = /^(?:\.\/)?([a-z0-9-]+)(?:\.md)?(?:#.*)?$/;

interface LessonTextProps {
  readonly text: string;
  /** What stands above it already. */
  readonly title: string;
  /** Slug of the course, for links to its other lessons. */
  readonly course: string;
}

/** The Markdown of a lesson as elements; nothing of it is ever taken for HTML. */
export function LessonText({ text, title, course }: LessonTextProps) {
  const blocks = useMemo(() => withoutTitle(blocksOf(text), title), [text, title]);
  return <div className={styles["text"]}>{blocks.map((block, at) => blockOf(block, at, course))}</div>;
}

function blockOf(block: Block, key: number, course: string): ReactNode {
  const inline = (inside: readonly Inline[]) => inside.map((one, at) => inlineOf(one, at, course));
  switch (block.kind) {
    case "heading":
      // The page's title is the only h1.
      return block.level <= 2 ? (
        <h2 key={key}>{inline(block.inside)}</h2>
      ) : (
        <h3 key={key}>{inline(block.inside)}</h3>
      );
    case "paragraph":
      return <p key={key}>{inline(block.inside)}</p>;
    case "code":
      return (
        // Wider than a phone: it scrolls, by keyboard as well.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return <blockquote key={key}>{block.blocks.map((one, at) => blockOf(one, at, course))}</blockquote>;
    case "list": {
      // oxlint-disable-next-line react/no-array-index-key -- a text does not change while it is shown
      const items = block.items.map((item, at) => <li key={at}>{inline(item)}</li>);
      // A list that something stands within goes on counting behind it.
      return block.start === undefined ? (
        <ul key={key}>{items}</ul>
      ) : (
        <ol key={key} start={block.start}>
          {items}
        </ol>
      );
    }
    case "table":
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls
        <section key={key} className={styles["wide"]} tabIndex={0} aria-label="Table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, at) => (
                  // oxlint-disable-next-line react/no-array-index-key -- a text does not change while it is shown
                  <th key={at}>{inline(cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- a text does not change while it is shown
                <tr key={at}>
                  {row.map((cell, column) => (
                    // oxlint-disable-next-line react/no-array-index-key -- a text does not change while it is shown
                    <td key={column}>{inline(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
    case "rule":
      return <hr key={key} />;
    default:
      return block satisfies never;
  }
}

function inlineOf(one: Inline, key: number, course: string): ReactNode {
  switch (one.kind) {
    case "text":
      return one.text;
    case "code":
      return <code key={key}>{one.text}</code>;
    case "strong":
      return <strong key={key}>{one.inside.map((part, at) => inlineOf(part, at, course))}</strong>;
    case "em":
      return <em key={key}>{one.inside.map((part, at) => inlineOf(part, at, course))}</em>;
    case "link": {
      const inside = one.inside.map((part, at) => inlineOf(part, at, course));
      const lesson = LESSON.exec(one.href)?.[1];
      if (lesson !== undefined)
        return (
          <Link key={key} to="/learn/$course/$lesson" params={{ course, lesson }}>
            {inside}
          </Link>
        );
      const outside = one.href.startsWith("http") ? { target: "_blank", rel: "noopener noreferrer" } : {};
      return (
        <a key={key} href={one.href} {...outside}>
          {inside}
        </a>
      );
    }
    default:
      return one satisfies never;
  }
}
