import { LEVEL_NAMES, type Level, levelRank } from "@/lib/model";
import { classes } from "./classes";
import styles from "./level-badge.module.css";

const BARS = [0, 1, 2, 3];

/** Severity as word, shape and colour: four bars, of which as many are filled as the level is high. */
export function LevelMark({ level }: { readonly level: Level }) {
  const rank = levelRank(level);
  return (
    <svg
      className={classes(styles["mark"], styles[level])}
      width="14"
      height="12"
      viewBox="0 0 14 12"
      aria-hidden="true"
    >
      {BARS.map((bar) => (
        <rect
          key={bar}
          className={bar < rank ? styles["on"] : styles["off"]}
          x={bar * 3.6}
          y={7.5 - bar * 2.5}
          width="2.600"
          height={4.5 + bar * 2.5}
          rx="0.800"
        />
      ))}
    </svg>
  );
}

export function LevelBadge({ level, large = false }: { readonly level: Level; readonly large?: boolean }) {
  return (
    <span className={classes(styles["badge"], styles[level], large && styles["large"])}>
      <LevelMark level={level} />
      {LEVEL_NAMES[level]}
    </span>
  );
}
