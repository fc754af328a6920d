import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { LevelMark } from "@/components/level-badge";
import { ScoreBar } from "@/components/score-bar";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import { threatDetailQuery } from "@/features/threats/threat-queries";
import { type Alert, LEVEL_NAMES } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./entity-section.module.css";

const SHOWN = 8;
const KIND_NAMES: Record<string, string> = { address: "address", host: "host", user: "user" };

interface EntitySectionProps {
  readonly alert: Alert;
  readonly related: readonly Alert[];
}

/** What else the address, host or user of an alert did. */
export function EntitySection({ alert, related }: EntitySectionProps) {
  const known = alert.entity !== "";
  const threat = useQuery({ ...threatDetailQuery(alert.entity), enabled: known, retry: false });
  if (!known) return null;
  const kind = KIND_NAMES[alert.entity_kind] ?? "entity";
  return (
    <Section title={`What else this ${kind} did`}>
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
      {related.length === 0 ? (
        <p className="muted">Nothing else: this is its only alert.</p>
      ) : (
        <ul className={styles["list"]}>
          {related.slice(0, SHOWN).map((other) => (
            <li key={other.id} className={classes(other.status === "closed" && styles["closed"])}>
              <Link to="/alerts/$id" params={{ id: other.id }}>
                <LevelMark level={other.level} />
                <span className="visually-hidden">{LEVEL_NAMES[other.level]}:</span>{" "}
                <span className={styles["title"]}>{other.title}</span>
              </Link>
              <span className={styles["when"]}>
                <Time at={other.last_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {related.length > SHOWN && (
        <Link to="/alerts" search={{ entity: alert.entity, status: "all" }}>
          All {related.length + 1} alerts
        </Link>
      )}
    </Section>
  );
}
