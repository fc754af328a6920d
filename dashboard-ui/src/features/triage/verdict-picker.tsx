import { useId } from "react";
import { useTriage } from "@/features/alerts/use-triage";
import { type Alert, VERDICT_NAMES, type Verdict } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import styles from "./triage-section.module.css";

const CHOICES: readonly (readonly [Verdict, string])[] = [
  ["true_positive", "t"],
  ["false_positive", "f"],
  ["benign", "b"],
  ["undecided", ""],
];

/** What the alert was: real radio buttons, each also a key. */
export function VerdictPicker({ alert }: { readonly alert: Alert }) {
  const name = useId();
  const triage = useTriage();
  const judge = (verdict: Verdict): void => {
    if (verdict !== alert.verdict) triage(alert, { verdict });
  };

  useShortcut("t", () => judge("true_positive"));
  useShortcut("f", () => judge("false_positive"));
  useShortcut("b", () => judge("benign"));

  return (
    <fieldset className={styles["group"]}>
      <legend className="visually-hidden">Verdict</legend>
      <div className={styles["verdicts"]}>
        {CHOICES.map(([verdict, key]) => (
          <label key={verdict} className={styles["verdict"]}>
            <input
              type="radio"
              name={name}
              value={verdict}
              checked={alert.verdict === verdict}
              onChange={() => judge(verdict)}
            />
            {VERDICT_NAMES[verdict]}
            {key !== "" && <kbd aria-hidden="true">{key}</kbd>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
