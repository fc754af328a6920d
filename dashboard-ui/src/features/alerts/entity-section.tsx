import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ScoreBar } from "@/components/score-bar";
import { Section } from "@/components/section";
import { threatDetailQuery } from "@/features/threats/threat-queries";
import type { Alert } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./entity-section.module.css";

const KIND_NAMES: Record<string, string> = { address: "address", host: "host", user: "user" };

/** Whom an alert is about, and how bad that looks by now. */
export function EntitySection({ alert }: { readonly alert: Alert }) {
  const known = alert.entity !== "";
  const threat = useQuery({ ...threatDetailQuery(alert.entity), enabled: known, retry: false });
  if (!known) return null;
  const kind = KIND_NAMES[alert.entity_kind] ?? "entity";
  return (
    <Section title={`This ${kind}`}>
      <div className={styles["entity"]}>
        <Link to="/threats/$entity" params={{ entity: alert.entity }} className={styles["name"]}>
          {alert.entity}
        </Link>
        {threat.data !== undefined && (
          <>
            <ScoreBar score={threat.data.threat.score} large />
            <span className="muted">Threat score · {plural(threat.data.threat.alerts, "alert")}</span>
          </>
        )}
      </div>
      <Link to="/alerts" search={{ entity: alert.entity, status: "all" }}>
        All alerts of this {kind}
      </Link>
    </Section>
  );
}
