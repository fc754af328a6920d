import { useQuery } from "@tanstack/react-query";
import { classes } from "@/components/classes";
import { LevelMark } from "@/components/level-badge";
import { Sparkline } from "@/components/sparkline";
import { useNow } from "@/components/time";
import { LEVEL_NAMES, LEVELS, type Level } from "@/lib/model";
import { formatCompact, formatNumber, plural } from "@/lib/number";
import styles from "./overview.module.css";
import { openByLevel, overviewQuery, perMinute } from "./overview-data";

interface OverviewProps {
  readonly level: Level | undefined;
  readonly onLevel: (level: Level | undefined) => void;
}

const HIGHEST_FIRST = LEVELS.toReversed();

/** The figures above the list. Each level is also the filter "this level and above". */
export function OverviewStrip({ level, onLevel }: OverviewProps) {
  const { data, isError } = useQuery(overviewQuery);
  const now = useNow();
  if (isError) return null; // the list below says what is wrong
  const counts = data === undefined ? undefined : openByLevel(data);
  const open = counts === undefined ? 0 : Object.values(counts).reduce((sum, count) => sum + count, 0);
  const minutes = data === undefined ? [] : perMinute(data, now);
  const raised = minutes.reduce((sum, value) => sum + value, 0);
  const words = `${plural(raised, "alert")} raised in the last hour, at most ${formatNumber(Math.max(0, ...minutes))} a minute`;
  return (
    <section className={styles["strip"]} aria-label="Open alerts by level">
      <div className={styles["levels"]}>
        <div className={classes(styles["tile"], styles["total"])}>
          <span className={styles["number"]}>{counts === undefined ? "–" : formatCompact(open)}</span>
          <span className={styles["name"]}>Open now</span>
        </div>
        {HIGHEST_FIRST.map((each) => (
          <button
            key={each}
            type="button"
            className={classes(styles["tile"], counts?.[each] !== 0 && styles[each])}
            aria-pressed={level === each}
            title={`Show ${LEVEL_NAMES[each]} and above`}
            onClick={() => onLevel(level === each ? undefined : each)}
          >
            <span className={styles["number"]}>
              {counts === undefined ? "–" : formatCompact(counts[each])}
            </span>{" "}
            <span className={styles["name"]}>
              <LevelMark level={each} />
              {LEVEL_NAMES[each]} <span className="visually-hidden">open</span>
            </span>
          </button>
        ))}
      </div>
      <div className={styles["rate"]}>
        <div>
          <span className={styles["number"]}>{data === undefined ? "–" : formatCompact(raised)}</span>
          <span className={styles["name"]}>Raised, last hour</span>
        </div>
        {data !== undefined && <Sparkline label={words} values={minutes} />}
      </div>
    </section>
  );
}
