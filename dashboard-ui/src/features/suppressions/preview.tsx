import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { classes } from "@/components/classes";
import { LevelMark } from "@/components/level-badge";
import { Time } from "@/components/time";
import { type Condition, LEVEL_NAMES, LEVELS, type SuppressionPreview } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { asProblem } from "@/lib/problem";
import { useSettled } from "@/lib/use-settled";
import styles from "./preview.module.css";
import { PREVIEW_DAYS, previewQuery } from "./suppression-queries";

const NONE: readonly Condition[] = [];

/** What the conditions would have hidden, as they are being written. */
export function Preview({ conditions }: { readonly conditions: readonly Condition[] | undefined }) {
  const asked = useSettled(conditions ?? NONE);
  const { data, error, isFetching } = useQuery({
    ...previewQuery(asked),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });
  return (
    <section className={styles["panel"]} aria-label="Preview" aria-busy={isFetching}>
      <h3 className={styles["title"]}>In the last {PREVIEW_DAYS} days it would have hidden</h3>
      {asked.length === 0 && <p className="muted">Complete the conditions to see it.</p>}
      {asked.length > 0 && error !== null && <p className={styles["refused"]}>{asProblem(error).detail}</p>}
      {asked.length > 0 && error === null && data !== undefined && (
        <Found data={data} stale={isFetching || JSON.stringify(asked) !== JSON.stringify(conditions)} />
      )}
      {asked.length > 0 && error === null && data === undefined && <p className="muted">Counting…</p>}
    </section>
  );
}

function Found({ data, stale }: { readonly data: SuppressionPreview; readonly stale: boolean }) {
  const about = data.exact ? "" : "about ";
  return (
    <div className={classes(styles["found"], stale && styles["stale"])}>
      <p aria-live="polite">
        <span className={styles["number"]}>{formatNumber(data.alerts)}</span>{" "}
        {data.alerts === 1 ? "alert" : "alerts"}
        <span className="muted">
          {data.partly > 0 && <>, a part of {formatNumber(data.partly)} more</>} · {about}
          {plural(data.findings, "finding")}
        </span>
      </p>
      {data.true_positives > 0 && (
        <p className={styles["warning"]}>
          <strong>Careful:</strong> {plural(data.true_positives, "alert")} among them{" "}
          {data.true_positives === 1 ? "was" : "were"} called a true positive.
        </p>
      )}
      <ul className={styles["levels"]}>
        {LEVELS.toReversed()
          .filter((level) => (data.levels[level] ?? 0) > 0)
          .map((level) => (
            <li key={level}>
              <LevelMark level={level} /> {formatNumber(data.levels[level] ?? 0)}{" "}
              {LEVEL_NAMES[level].toLowerCase()}
            </li>
          ))}
      </ul>
      {data.examples.length > 0 && (
        <ul className={styles["examples"]} aria-label="Examples">
          {data.examples.map((alert) => (
            <li key={alert.id}>
              <span className={styles["name"]}>{alert.title}</span>
              <span className={styles["entity"]}>{alert.entity}</span>
              <Time at={alert.last_at} />
            </li>
          ))}
        </ul>
      )}
      {data.truncated && (
        <p className="muted">Only the newest {formatNumber(data.scanned)} alerts were looked at.</p>
      )}
      {!data.exact && (
        <p className="muted">An alert keeps ten of its findings; the rest is taken to be like them.</p>
      )}
    </div>
  );
}
