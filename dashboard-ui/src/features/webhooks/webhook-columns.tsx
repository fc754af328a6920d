import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { actColumn, RowSub, rowLink } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { Webhook } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { type WebhookAct, WebhookMenu } from "./webhook-menu";
import { HEALTH, healthOf, shortUrl, WHY_DISABLED } from "./webhook-words";
import styles from "./webhooks-page.module.css";

const column = (id: string, header: string, cell: Column<Webhook>["cell"]): Column<Webhook> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Name({ webhook: { id, url, description } }: { readonly webhook: Webhook }) {
  return (
    <>
      <Link
        to="/webhooks"
        search={{ webhook: id }}
        className={rowLink}
        title={url}
        data-row-link
        resetScroll={false}
      >
        {shortUrl(url)}
      </Link>
      {description !== "" && <RowSub>{description}</RowSub>}
    </>
  );
}

export function HealthMark({ webhook }: { readonly webhook: Webhook }) {
  const health = healthOf(webhook);
  const since = health === "failing" ? webhook.failing_since : webhook.delivered_at;
  return (
    <>
      <span className={classes(styles["mark"], styles[health])}>
        <span className={styles["dot"]} aria-hidden="true" />
        <span>{HEALTH[health]}</span>
      </span>
      {health === "disabled" && <RowSub>{WHY_DISABLED[webhook.stopped_by]}</RowSub>}
      {health !== "disabled" && since > 0 && (
        <RowSub>
          {health === "failing" ? "since " : "last "}
          <Time at={since} />
        </RowSub>
      )}
    </>
  );
}

function Day({ webhook: { delivered, pending, failed } }: { readonly webhook: Webhook }) {
  const rest = [
    pending > 0 && `${formatNumber(pending)} waiting`,
    failed > 0 && `${formatNumber(failed)} given up`,
  ];
  const told = rest.filter((part) => part !== false);
  return (
    <>
      <span>{formatNumber(delivered)} delivered</span>
      {told.length > 0 && <RowSub bad={failed > 0}>{told.join(", ")}</RowSub>}
    </>
  );
}

const COLUMNS: readonly Column<Webhook>[] = [
  column("name", "Endpoint", (webhook) => <Name webhook={webhook} />),
  column("events", "Events", ({ events }) => (
    <span className={styles["kinds"]} title={events.join(", ")}>
      {events.join(", ")}
    </span>
  )),
  column("health", "Health", (webhook) => <HealthMark webhook={webhook} />),
  column("day", "Last 24 hours", (webhook) => <Day webhook={webhook} />),
];

/** With the menu for those who may change webhooks. */
export function webhookColumns(
  onAct: ((webhook: Webhook, act: WebhookAct) => void) | undefined,
): readonly Column<Webhook>[] {
  if (onAct === undefined) return COLUMNS;
  return [
    ...COLUMNS,
    {
      id: "act",
      header: "Actions",
      cell: (webhook) => <WebhookMenu webhook={webhook} onAct={onAct} />,
      className: actColumn,
    },
  ];
}
