import { Link } from "@tanstack/react-router";
import { TagList } from "@/components/chip";
import { LevelBadge } from "@/components/level-badge";
import { ScoreBar } from "@/components/score-bar";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { Threat } from "@/lib/model";
import { formatCompact } from "@/lib/number";
import styles from "./threats-page.module.css";

const column = (id: string, header: string, cell: Column<Threat>["cell"]): Column<Threat> => ({
  id,
  header,
  cell,
  className: styles[id],
});

export const THREAT_COLUMNS: readonly Column<Threat>[] = [
  column("entity", "Entity", (threat) => (
    <>
      <Link
        to="/threats/$entity"
        params={{ entity: threat.entity }}
        className={styles["name"]}
        title={threat.entity}
        data-row-link
      >
        {threat.entity}
      </Link>
      <span className={styles["kind"]}>{threat.entity_kind}</span>
    </>
  )),
  column("score", "Score", (threat) => <ScoreBar score={threat.score} />),
  column("level", "Highest level", (threat) => <LevelBadge level={threat.level} />),
  column("alerts", "Alerts", (threat) => (
    <span>
      {formatCompact(threat.alerts)}
      <span className={styles["word"]}> {threat.alerts === 1 ? "alert" : "alerts"}</span>
    </span>
  )),
  column("tags", "Tactics and techniques", (threat) => <TagList tags={threat.tags} max={2} />),
  column("first", "First seen", (threat) => <Time at={threat.first_at} />),
  column("last", "Last seen", (threat) => (
    <>
      <span className={styles["word"]}>last seen </span>
      <Time at={threat.last_at} />
      {threat.raised_at > 0 && (
        <span className={styles["raised"]}>
          raised <Time at={threat.raised_at} />
        </span>
      )}
    </>
  )),
];
