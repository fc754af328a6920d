import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { classes } from "@/components/classes";
import { Panel } from "@/components/panel";
import type { SourceItem } from "@/lib/model";
import { formatCompact, formatNumber } from "@/lib/number";
import { Figures } from "./source-cells";
import { GroupRow } from "./source-group-row";
import { eventsOf, grouped, memberOf } from "./source-groups";
import { type SourceAct, SourceMenu } from "./source-menu";
import { SourceNote, SourceState } from "./source-state";
import styles from "./sources-page.module.css";

interface SourcesTableProps {
  readonly sources: readonly SourceItem[];
  readonly mayChange: boolean;
  readonly onRejected: (name: string) => void;
  readonly onAct: (source: SourceItem, act: SourceAct) => void;
}

const COLUMNS = [
  ["Source", undefined],
  ["Rate", "rate"],
  ["Events", "number"],
  ["Rejected", "number"],
  ["Waiting", "number"],
  ["Last arrival", "when"],
  ["State or error", "error"],
  ["Actions", "act"],
] as const;

/** Sources as a table; those of one name before the colon are one row, which can be unfolded. */
export function SourcesTable({ sources, ...rest }: SourcesTableProps) {
  const [open, setOpen] = useState<readonly string[]>([]);
  const toggle = (name: string): void =>
    setOpen(open.includes(name) ? open.filter((one) => one !== name) : [...open, name]);
  return (
    <Panel>
      <table role="table" className={styles["table"]} aria-label="Sources">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(([name, look]) => (
              <th key={name} role="columnheader" scope="col" className={look && styles[look]}>
                {name === "Actions" ? <span className="visually-hidden">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {grouped(sources).map((one) =>
            "members" in one ? (
              <Fragment key={`${one.name}:`}>
                <GroupRow group={one} isOpen={open.includes(one.name)} onToggle={() => toggle(one.name)} />
                {open.includes(one.name) &&
                  one.members.map((source) => (
                    <SourceRow key={source.name} source={source} called={memberOf(source)} {...rest} />
                  ))}
              </Fragment>
            ) : (
              <SourceRow key={one.name} source={one} {...rest} />
            ),
          )}
        </tbody>
      </table>
    </Panel>
  );
}

type RowProps = Omit<SourcesTableProps, "sources"> & {
  readonly source: SourceItem;
  /** Where it stands below the row of its group: what tells it from the others. */
  readonly called?: string;
};

function SourceRow({ source, called, mayChange, onRejected, onAct }: RowProps) {
  const clean = source.error === "" && source.last_error === "";
  return (
    <tr role="row" className={classes(styles["row"], called !== undefined && styles["member"])}>
      <td role="cell" className={styles["source"]}>
        <Link to="/events" search={eventsOf([source]) ?? {}} className={styles["name"]}>
          {called ?? source.name}
        </Link>
        <SourceState source={source} />
      </td>
      <Figures
        source={source}
        rejected={
          <button
            type="button"
            className={styles["rejected"]}
            onClick={() => onRejected(source.name)}
            aria-label={`${formatNumber(source.rejected)} rejected lines of ${source.name}: show the newest`}
          >
            {formatCompact(source.rejected)}
          </button>
        }
      />
      <td
        role="cell"
        className={classes(styles["error"], clean && source.note === "" && styles["none"])}
        data-name={clean ? "State" : "Error"}
      >
        <SourceNote source={source} />
      </td>
      <td role="cell" className={styles["act"]}>
        {mayChange && source.kind !== "" && (
          <SourceMenu source={source} onAct={(act) => onAct(source, act)} />
        )}
      </td>
    </tr>
  );
}
