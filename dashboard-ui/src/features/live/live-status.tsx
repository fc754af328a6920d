import { classes } from "@/components/classes";
import { type LiveState, useLive, useLiveState } from "./live-context";
import styles from "./live-status.module.css";

interface Words {
  readonly name: string;
  readonly means: string;
  readonly look: "good" | "waiting" | "bad";
}

const WORDS: Record<LiveState, Words> = {
  idle: { name: "Connecting", means: "The live connection is being opened.", look: "waiting" },
  connecting: { name: "Connecting", means: "The live connection is being opened.", look: "waiting" },
  live: { name: "Live", means: "Every change shows up here as it happens.", look: "good" },
  polling: {
    name: "Every 2 s",
    means:
      "Something on the way blocks WebSockets, so what is new is fetched every two seconds; nothing is lost. Press to try a live connection now.",
    look: "good",
  },
  waiting: {
    name: "Reconnecting",
    means: "The connection broke; nothing is lost, what you missed follows. Press to try now.",
    look: "waiting",
  },
  offline: {
    name: "Offline",
    means: "The server cannot be reached; trying goes on in the background. Press to try now.",
    look: "bad",
  },
  refused: {
    name: "Not live",
    means: "The server refused the live connection. Press to try again.",
    look: "bad",
  },
};

/** Whether what is on the screen is current. */
export function LiveStatus() {
  const live = useLive();
  const state = useLiveState();
  const { name, means, look } = WORDS[state];
  const dot = <span className={classes(styles["dot"], styles[look])} aria-hidden="true" />;
  return (
    <div className={styles["status"]} title={means}>
      <span role="status" aria-live="polite" className="visually-hidden">
        Live connection: {name}
      </span>
      {state === "live" ? (
        <span className={styles["pill"]} aria-hidden="true">
          {dot} {name}
        </span>
      ) : (
        <button type="button" className={styles["pill"]} onClick={live.retry}>
          {dot} {name}
        </button>
      )}
    </div>
  );
}
