/** What a page shows instead of content: nothing there yet, or something failed. */
import type { ReactNode } from "react";
import { asProblem } from "@/lib/problem";
import { Button } from "./button";
import { RetryIcon } from "./icons";
import styles from "./notice.module.css";

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly icon?: ReactNode;
  /** It is all there is on the page, so its title is the page's. */
  readonly whole?: boolean;
}

export function EmptyState({ title, children, icon, whole = false }: EmptyProps) {
  const Title = whole ? "h1" : "h2";
  return (
    <div className={styles["empty"]}>
      {icon !== undefined && <div className={styles["emblem"]}>{icon}</div>}
      <Title className={styles["title"]}>{title}</Title>
      {children}
    </div>
  );
}

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly busy?: boolean;
  /** It is all there is on the page, so its title is the page's. */
  readonly whole?: boolean;
}

/** A failure as the server explained it, with what support needs to find it in the log. */
export function ProblemPanel({ error, onRetry, busy = false, whole = false }: ProblemProps) {
  const Title = whole ? "h1" : "h2";
  const problem = asProblem(error);
  return (
    <div className={styles["problem"]} role="alert">
      <Title className={styles["title"]}>{problem.title}</Title>
      {problem.detail !== "" && <p>{problem.detail}</p>}
      <dl className={styles["facts"]}>
        <div>
          <dt>Code</dt>
          <dd>
            <code>{problem.code}</code>
          </dd>
        </div>
        {problem.traceId !== "" && (
          <div>
            <dt>Trace</dt>
            <dd>
              <code>{problem.traceId}</code>
            </dd>
          </div>
        )}
      </dl>
      {onRetry !== undefined && (
        <Button onClick={onRetry} disabled={busy}>
          <RetryIcon /> {busy ? "Trying…" : "Try again"}
        </Button>
      )}
    </div>
  );
}
