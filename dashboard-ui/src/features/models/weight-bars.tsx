import styles from "./model-page.module.css";
import type { FeatureWeight } from "./model-report";
import { percent } from "./model-words";

const MOST = 12;

/** The features that move scores most, each with its share of all movement. */
export function WeightBars({ weights }: { readonly weights: readonly FeatureWeight[] }) {
  if (weights.length === 0) return <p className="muted">Nothing was found that does.</p>;
  const top = Math.max(...weights.map(({ weight }) => weight), Number.EPSILON);
  return (
    <ul className={styles["weights"]}>
      {weights.slice(0, MOST).map(({ feature, weight }) => (
        <li key={feature}>
          <code title={feature}>{feature}</code>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect className={styles["track"]} width="100" height="8" rx="1" />
            <rect className={styles["share"]} width={(weight / top) * 100} height="8" rx="1" />
          </svg>
          <span>{percent(weight, 1)}</span>
        </li>
      ))}
    </ul>
  );
}
