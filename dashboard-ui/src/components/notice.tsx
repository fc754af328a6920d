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
}

export function EmptyState({ title, children, icon }: EmptyProps) {
  return (
    <div className={styles["empty"]}>
      {icon !== undefined && <div className={styles["emblem"]}>{icon}</div>}
      <h2 className={styles["title"]}>{title}</h2>
      {children}
    </div>
  );
}

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly busy?: boolean;
}

/** A failure as the server explained it, with what support needs to find it in the log. */
export function ProblemPanel({ error, onRetry, busy = false }: ProblemProps) {
  const problem = asProblem(error);
  return (
    <div className={styles["problem"]} role="alert">
      <h2 className={styles["title"]}>{problem.title}</h2>
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
