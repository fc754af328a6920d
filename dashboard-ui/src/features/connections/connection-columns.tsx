import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { RowSub, RowTitle } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { ConnectionItem } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import styles from "./connections-page.module.css";

const column = (
  id: string,
  header: string,
  cell: Column<ConnectionItem>["cell"],
): Column<ConnectionItem> => ({ id, header, cell, className: styles[id] });

function Who({ connection: { user, id } }: { readonly connection: ConnectionItem }) {
  return (
    <>
      <RowTitle>{user}</RowTitle>
      <RowSub oneLine mono title={id}>
        {id}
      </RowSub>
    </>
  );
}

function From({ connection: { address, client } }: { readonly connection: ConnectionItem }) {
  return (
    <>
      <span className={styles["address"]}>{address}</span>
      <span className={styles["with"]} title={client}>
        {client}
      </span>
    </>
  );
}

function Topics({ topics }: { readonly topics: readonly string[] }) {
  if (topics.length === 0) return <span className="muted">nothing</span>;
  return (
    <ul className={styles["topics"]} aria-label="Topics">
      {topics.map((topic) => (
        <li key={topic}>{topic}</li>
      ))}
    </ul>
  );
}

/** Frames that wait: none where a client keeps up. */
function Waiting({ count }: { readonly count: number }) {
  return (
    <span className={classes(styles["figure"], count > 0 && styles["behind"])}>
      {formatNumber(count)}
      <span className={styles["unit"]}> waiting</span>
    </span>
  );
}

const COLUMNS: readonly Column<ConnectionItem>[] = [
  column("who", "Who", (connection) => <Who connection={connection} />),
  column("from", "From", (connection) => <From connection={connection} />),
  column("hears", "Listens to", ({ topics }) => <Topics topics={topics} />),
  column("asks", "Requests", ({ requests }) => (
    <span className={styles["figure"]}>{formatNumber(requests)}</span>
  )),
  column("waits", "Waiting", ({ waiting }) => <Waiting count={waiting} />),
  column("since", "Since", ({ connected_at: at }) => <Time at={at} />),
  column("ping", "Last ping", ({ last_ping_at: at }) => <Time at={at} />),
];

/** With a button for those who may close connections. */
export function connectionColumns(
  onClose: ((connection: ConnectionItem) => void) | undefined,
): readonly Column<ConnectionItem>[] {
  if (onClose === undefined) return COLUMNS;
  return [
    ...COLUMNS,
    column("act", "Actions", (connection) => (
      <Button
        size="sm"
        look="quiet"
        aria-label={`Close the connection of ${connection.user} ${connection.id}`}
        onClick={() => onClose(connection)}
      >
        Close…
      </Button>
    )),
  ];
}
