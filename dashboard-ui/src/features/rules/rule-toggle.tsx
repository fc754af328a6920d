import { useQuery } from "@tanstack/react-query";
import { AlertIcon } from "@/components/icons";
import { meQuery } from "@/features/session/session-queries";
import { may, type RuleSummary } from "@/lib/model";
import styles from "./rule-toggle.module.css";
import { useSwitch } from "./use-switch";

/** A switch for whoever may use it, else the state in words. A rule that cannot be loaded has neither. */
export function RuleToggle({ rule }: { readonly rule: RuleSummary }) {
  const { data: me } = useQuery(meQuery);
  const change = useSwitch();
  if (rule.state === "failing") {
    return (
      <span className={styles["failing"]} title={rule.error}>
        <AlertIcon size={14} /> Failing
      </span>
    );
  }
  const enabled = rule.state === "enabled";
  if (!may(me, "rules:write"))
    return <span className={styles["word"]}>{enabled ? "Enabled" : "Disabled"}</span>;
  return (
    <button
      type="button"
      role="switch"
      aria-checked={enabled}
      aria-label={`Enabled: ${rule.title}`}
      title={enabled ? "Disable this rule" : "Enable this rule"}
      className={styles["switch"]}
      onClick={() => change(rule, !enabled)}
    >
      <span className={styles["track"]} aria-hidden="true">
        <span className={styles["thumb"]} />
      </span>
    </button>
  );
}
