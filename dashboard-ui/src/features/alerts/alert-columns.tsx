import { Link } from "@tanstack/react-router";
import { tagName } from "@/components/chip";
import { Endpoints } from "@/components/endpoints";
import { LevelBadge } from "@/components/level-badge";
import { StatusLabel } from "@/components/status";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { Alert } from "@/lib/model";
import { formatCompact } from "@/lib/number";
import type { AlertOrder } from "./alert-filter";
import styles from "./alerts-table.module.css";
import { SelectBox } from "./select-box";

function AlertTitle({ alert }: { readonly alert: Alert }) {
  return (
    <>
      <Link to="/alerts/$id" params={{ id: alert.id }} className={styles["title"]} data-row-link>
        {alert.title}
      </Link>
      <span className={styles["tags"]}>{alert.tags.map(tagName).join(" · ") || alert.detector}</span>
    </>
  );
}

function Entity({ alert }: { readonly alert: Alert }) {
  if (alert.entity === "") return <span className="muted">–</span>;
  const domain = Math.max(0, alert.entity.lastIndexOf("\\"));
  return (
    <Link
      to="/threats/$entity"
      params={{ entity: alert.entity }}
      className={styles["entity"]}
      title={alert.entity}
      aria-label={alert.entity}
      data-in-route={alert.entity === alert.src_ip || alert.entity === alert.dst_ip || undefined}
    >
      {domain > 0 && <span className={styles["domain"]}>{alert.entity.slice(0, domain)}</span>}
      <span>{alert.entity.slice(domain)}</span>
    </Link>
  );
}

const column = (id: string, header: string, cell: Column<Alert>["cell"]): Column<Alert> => ({
  id,
  header,
  cell,
  className: styles[id],
});

const LEVEL = column("level", "Level", (alert) => <LevelBadge level={alert.level} />);
const SCORE = column("level", "Level, score", (alert) => (
  <>
    <LevelBadge level={alert.level} />
    <span className={styles["tags"]}>score {alert.score}</span>
  </>
));
const TITLE = column("alert", "Alert", (alert) => <AlertTitle alert={alert} />);
const ENTITY = column("who", "Entity", (alert) => <Entity alert={alert} />);
const ROUTE = column("route", "Source → destination", (alert) => (
  <Endpoints from={alert.src_ip} to={alert.dst_ip} />
));
const COUNT = column("count", "Count", (alert) => <span>{formatCompact(alert.count)}</span>);
const SEEN = column("seen", "Last seen", (alert) => <Time at={alert.last_at} />);
const RAISED = column("raised", "Raised", (alert) => (
  <>
    <span className={styles["word"]}>raised </span>
    <Time at={alert.raised_at} />
    <span className={styles["tags"]}>
      last seen <Time at={alert.last_at} />
    </span>
  </>
));
const STATUS = column("status", "Status", (alert) => (
  <StatusLabel status={alert.status} verdict={alert.verdict} stacked />
));

/** For lists in which several alerts can be changed at once. */
export const SELECT_COLUMN = column("select", "Select", (alert) => <SelectBox alert={alert} />);

export const ALERT_COLUMNS: readonly Column<Alert>[] = [LEVEL, TITLE, ENTITY, ROUTE, COUNT, SEEN, STATUS];

/** For the list of all alerts: the headers of the level and of the time change its order. */
export function orderedColumns(
  order: AlertOrder | undefined,
  onOrder: (order: AlertOrder | undefined) => void,
): readonly Column<Alert>[] {
  const byScore = order === "score";
  const level = {
    ...(byScore ? SCORE : LEVEL),
    order: {
      title: byScore ? "Highest score first." : "Choose to have those with the highest score first.",
      inForce: byScore,
      onChange: () => onOrder("score"),
    },
  };
  const time = {
    ...(order === "arrival" ? RAISED : SEEN),
    order: {
      title: TIME_TITLES[order ?? "time"],
      inForce: !byScore,
      onChange: () => onOrder(order ? undefined : "arrival"),
    },
  };
  return [level, TITLE, ENTITY, ROUTE, COUNT, time, STATUS];
}

const TIME_TITLES = {
  time: "Newest events first. Choose to have those first that were raised last.",
  arrival: "Last raised first. Choose to have the newest events first.",
  score: "Choose to have the newest events first.",
};

const RELATED: readonly Column<Alert>[] = [LEVEL, TITLE, ROUTE, COUNT, SEEN, STATUS];

/** For lists about one entity, which need not repeat it; those of users seldom have addresses. */
export const relatedColumns = (alerts: readonly Alert[]): readonly Column<Alert>[] =>
  alerts.some(({ src_ip: from, dst_ip: to }) => from || to)
    ? RELATED
    : RELATED.filter((each) => each !== ROUTE);
