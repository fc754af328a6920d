import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { ChevronDownIcon, ChevronUpIcon } from "@/components/icons";
import { RowSub } from "@/components/row-title";
import { formatCompact, plural } from "@/lib/number";
import { Figures } from "./source-cells";
import { eventsOf, type SourceGroup } from "./source-groups";
import { SourceNote, SourceState } from "./source-state";
import styles from "./sources-page.module.css";

interface GroupRowProps {
  readonly group: SourceGroup;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** Sources of one name before the colon together: their sums, and the way to each of them. */
export function GroupRow({ group: { name, members, sum }, isOpen, onToggle }: GroupRowProps) {
  const events = eventsOf(members);
  return (
    <tr role="row" className={styles["row"]}>
      <td role="cell" className={styles["source"]}>
        <button type="button" className={styles["group"]} aria-expanded={isOpen} onClick={onToggle}>
          {name}
          <span className="muted">
            {plural(members.length, "source")} {isOpen ? <ChevronUpIcon /> : <ChevronDownIcon />}
          </span>
        </button>
        <SourceState source={sum} />
        {events !== undefined && (
          <RowSub>
            <Link to="/events" search={events}>
              Events of all {members.length}
            </Link>
          </RowSub>
        )}
      </td>
      <Figures source={sum} rejected={formatCompact(sum.rejected)} />
      <td
        role="cell"
        className={classes(styles["error"], sum.last_error === "" && styles["none"])}
        data-name={sum.last_error === "" ? "State" : "Error"}
      >
        <SourceNote source={sum} />
      </td>
      <td role="cell" className={styles["act"]} />
    </tr>
  );
}
