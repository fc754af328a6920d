import { AlertIcon, CheckIcon } from "@/components/icons";
import { LevelBadge } from "@/components/level-badge";
import type { CheckReport } from "@/lib/model";
import styles from "./add-rule.module.css";
import { logsourceOf } from "./rule-facts";

interface CheckResultProps {
  readonly report: CheckReport;
  readonly onGoTo: (line: number) => void;
}

/** What the text would become: rules that load, and places that keep others from it. */
export function CheckResult({ report, onGoTo }: CheckResultProps) {
  if (report.rules.length + report.faults.length === 0)
    return <p className="muted">There is no rule in it yet.</p>;
  return (
    <ul className={styles["checked"]}>
      {report.faults.map((fault) => (
        <li key={`${fault.line}:${fault.column}:${fault.detail}`} className={styles["fault"]}>
          <AlertIcon size={14} />
          <button type="button" className={styles["place"]} onClick={() => onGoTo(fault.line)}>
            Line {fault.line}, column {fault.column}
          </button>
          <span>{fault.detail}</span>
        </li>
      ))}
      {report.rules.map((rule) => (
        <li key={rule.id} className={styles["good"]}>
          <CheckIcon size={14} />
          <LevelBadge level={rule.level} />
          <strong>{rule.title}</strong>
          <span className="muted">
            {logsourceOf(rule)}
            {rule.patterns === 0 && " · asked for every event: slow"}
            {rule.takes_place_of !== "" &&
              ` · takes the place of the rule with this id in ${rule.takes_place_of}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
