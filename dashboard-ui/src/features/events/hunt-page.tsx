import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { formatSpan } from "@/lib/time";
import { EventTabs } from "./event-tabs";
import styles from "./hunt-page.module.css";
import { HuntResults } from "./hunt-results";
import { SqlEditor } from "./sql-editor";
import { useHunt } from "./use-hunt";

const FIRST = `SELECT src_ip, count(*) AS events, count(DISTINCT dst_ip) AS peers
FROM events
WHERE class_uid = 4001
GROUP BY src_ip
ORDER BY events DESC
LIMIT 50`;

/** Questions that the search cannot ask: SQL over one's own events. */
export function HuntPage() {
  usePageTitle("Hunt");
  const { sql } = useSearch({ from: "/app/events/hunt" });
  const navigate = useNavigate({ from: "/events/hunt" });
  const [text, setText] = useState(sql ?? FIRST);
  const { status, result, error, run, stop } = useHunt();
  const { data: me } = useQuery(meQuery);
  const mayHunt = me === undefined || may(me, "events:hunt");

  const start = (statement: string): void => {
    if (!mayHunt || statement.trim() === "") return;
    void navigate({ search: { sql: statement }, resetScroll: false });
    run(statement);
  };
  const example = (statement: string): void => {
    setText(statement);
    start(statement);
  };

  return (
    <>
      <h1 className="visually-hidden">Hunt</h1>
      <EventTabs />
      <SqlEditor
        text={text}
        running={status === "running"}
        mayRun={mayHunt}
        onText={setText}
        onRun={() => start(text)}
        onStop={stop}
        onExample={example}
      />
      <div className={styles["outcome"]}>
        {status === "idle" && (
          <p className={styles["hint"]}>
            One SELECT over the view <code>events</code>. It runs apart from everything else, sees your
            tenant&apos;s stored events only, and is stopped when it takes too long. <code>time</code> is in
            microseconds since 1970; <code>time_utc</code> is the same as a date and time of day.
          </p>
        )}
        {status === "running" && <Running />}
        {status === "stopped" && <EmptyState title="The hunt was stopped" />}
        {status === "failed" && (
          <div className={styles["fault"]}>
            <ProblemPanel error={error} onRetry={() => start(text)} />
          </div>
        )}
        {status === "done" && result !== undefined && <HuntResults result={result} />}
      </div>
    </>
  );
}

function Running() {
  const began = useRef(0);
  const [micros, setMicros] = useState(0);
  useEffect(() => {
    began.current = performance.now();
    const timer = setInterval(() => setMicros((performance.now() - began.current) * 1_000), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={styles["running"]}>
      <span className={styles["stripe"]} aria-hidden="true" />
      <p>
        <span role="status">Hunting</span> for {formatSpan(micros)}
      </p>
    </div>
  );
}
