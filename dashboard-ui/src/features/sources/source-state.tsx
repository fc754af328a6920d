import { classes } from "@/components/classes";
import { RowSub } from "@/components/row-title";
import { Time, useNow } from "@/components/time";
import type { Micros, SourceItem } from "@/lib/model";
import { KIND_NAMES } from "./source-form";
import styles from "./sources-page.module.css";

const MINUTE: Micros = 60_000_000;
const QUIET_AFTER: Micros = 10 * MINUTE;

/** How a source is doing, in a word. A running source that brings nothing is quiet; a sender is as soon as it pauses. */
export function SourceState({ source }: { readonly source: SourceItem }) {
  const now = useNow();
  const pause = now - source.last_seen_at;
  const quiet = source.state === "unmanaged" ? source.rate === 0 && pause > MINUTE : pause > QUIET_AFTER;
  const words: Record<SourceItem["state"], string> = {
    running: quiet ? "Running, quiet" : "Running",
    retrying: "Retrying",
    disabled: "Disabled",
    stopped: "Stopped",
    unmanaged: quiet ? "Quiet" : "Receiving",
  };
  const look =
    source.state === "running" || source.state === "unmanaged" ? (quiet ? "quiet" : "good") : source.state;
  const kind = source.kind === "" ? "sent by a program" : (KIND_NAMES[source.kind] ?? source.kind);
  return (
    <span className={styles["state"]}>
      <span className={classes(styles["dot"], styles[look])} aria-hidden="true" />
      {words[source.state]} · {kind} · {source.format || source.stated_format || "recognised by record"}
    </span>
  );
}

/** What is wrong, or what the source does: one sentence. */
export function SourceNote({ source }: { readonly source: SourceItem }) {
  if (source.error !== "") {
    return (
      <>
        <span className={styles["fault"]}>{source.error}</span>
        {source.retry_at > 0 && (
          <RowSub>
            Next try <Time at={source.retry_at} />
          </RowSub>
        )}
      </>
    );
  }
  if (source.last_error !== "") return <>{source.last_error}</>;
  return <span className="muted">{source.note || "none"}</span>;
}
