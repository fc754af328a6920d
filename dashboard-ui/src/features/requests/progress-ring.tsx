import styles from "./request-tray.module.css";

const RADIUS = 6;
const AROUND = 2 * Math.PI * RADIUS;
/** So much is drawn from the start: an empty ring looks as if nothing went on. */
const LEAST = 0.06;

/** How far several things are together, as small as an icon; its button says it in words. */
export function ProgressRing({ percent }: { readonly percent: number }) {
  const share = Math.min(1, Math.max(LEAST, percent / 100));
  return (
    <svg className={styles["ring"]} width={16} height={16} viewBox="0 0 16 16" aria-hidden="true">
      <circle className={styles["track"]} cx="8" cy="8" r={RADIUS} />
      <circle
        className={styles["arc"]}
        cx="8"
        cy="8"
        r={RADIUS}
        strokeDasharray={`${share * AROUND} ${AROUND}`}
      />
    </svg>
  );
}
