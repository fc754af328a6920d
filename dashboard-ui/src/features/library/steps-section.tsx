import { Section } from "@/components/section";
import type { Medium } from "@/lib/model";
import styles from "./library.module.css";
import { STAGE_NAMES } from "./library-words";

/** The steps of the last reading, what came of each, and how long it took. */
export function StepsSection({ medium }: { readonly medium: Medium }) {
  if (medium.stages.length === 0) return null;
  return (
    <Section title="Steps" flush>
      <ol className={styles["rows"]} aria-label="Steps">
        {medium.stages.map(({ stage, began_at: began, ended_at: ended, detail }) => (
          <li key={stage} className={styles["row"]}>
            <span className={styles["step"]}>{STAGE_NAMES[stage]}</span>
            <span className={styles["took"]}>
              {typeof ended === "number" ? took(ended - began) : unended(medium)}
            </span>
            {detail !== "" && <p className={styles["below"]}>{detail}</p>}
          </li>
        ))}
      </ol>
    </Section>
  );
}

const unended = ({ state }: Medium): string => (state === "reading" ? "now" : "stopped here");

function took(micros: number): string {
  return micros < 1_000_000
    ? `${Math.max(1, Math.round(micros / 1_000))} ms`
    : `${(micros / 1_000_000).toFixed(1)} s`;
}
