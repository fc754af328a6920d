import { Time } from "@/components/time";
import { type Activity, STATUS_NAMES, VERDICT_NAMES } from "@/lib/model";
import styles from "./triage-section.module.css";

const NAMES: Readonly<Record<string, string>> = { ...STATUS_NAMES, ...VERDICT_NAMES };
const nameOf = (word: string): string => (NAMES[word] ?? word).toLowerCase();

function said({ kind, before, after }: Activity): string {
  if (kind === "status") {
    if (after === "open") return "reopened it";
    return after === "acknowledged" ? "acknowledged it" : `set it to ${nameOf(after)}`;
  }
  if (kind === "verdict")
    return after === "undecided" ? `took back ${nameOf(before)}` : `called it ${nameOf(after)}`;
  if (kind === "assignment") return after === "" ? `took it from ${before}` : `gave it to ${after}`;
  return "noted";
}

/** What people did about an alert, oldest first. Nothing of it can be changed. */
export function History({ activity }: { readonly activity: readonly Activity[] }) {
  if (activity.length === 0) return null;
  return (
    <ul className={styles["history"]} aria-label="History">
      {activity.map((one) => (
        <li key={one.id}>
          <div className={styles["head"]}>
            <span>
              <strong>{one.principal_name}</strong> {said(one)}
            </span>
            <Time at={one.at} />
          </div>
          {one.kind === "note" && <p className={styles["note"]}>{one.text}</p>}
        </li>
      ))}
    </ul>
  );
}
