import styles from "./skeleton.module.css";

/** Grey bars in the shape of what comes, and one sentence for those who do not see them. */
export function Skeleton({
  rows = 6,
  label = "Loading",
}: {
  readonly rows?: number;
  readonly label?: string;
}) {
  return (
    <div className={styles["skeleton"]} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // oxlint-disable-next-line react/no-array-index-key -- the bars have no identity and never move
        <div key={row} className={styles["row"]} aria-hidden="true">
          <span className={styles["short"]} />
          <span className={styles["long"]} />
          <span className={styles["mid"]} />
        </div>
      ))}
    </div>
  );
}
