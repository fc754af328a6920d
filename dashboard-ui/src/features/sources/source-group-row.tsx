import { classes } from "@/components/classes";
import { ChevronDownIcon, ChevronUpIcon } from "@/components/icons";
import { Time } from "@/components/time";
import { formatCompact, plural } from "@/lib/number";
import { Events, Rate, Waiting } from "./source-cells";
import type { SourceGroup } from "./source-groups";
import { SourceState } from "./source-state";
import styles from "./sources-page.module.css";

interface GroupRowProps {
  readonly group: SourceGroup;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** The files of one replay together: their sums, and the way to each of them. */
export function GroupRow({ group: { name, files, sum }, isOpen, onToggle }: GroupRowProps) {
  const faulty = files.filter(({ rejected }) => rejected > 0).length;
  return (
    <tr role="row" className={styles["row"]}>
      <td role="cell" className={styles["source"]}>
        <button type="button" className={styles["group"]} aria-expanded={isOpen} onClick={onToggle}>
          {name}
          <span className="muted">
            {plural(files.length, "file")} {isOpen ? <ChevronUpIcon /> : <ChevronDownIcon />}
          </span>
        </button>
        <SourceState source={sum} />
      </td>
      <td role="cell" className={styles["rate"]} data-name="Rate">
        <Rate source={sum} />
      </td>
      <td role="cell" className={styles["number"]} data-name="Events">
        <Events source={sum} />
      </td>
      <td role="cell" className={styles["number"]} data-name="Rejected">
        <span className={classes(sum.rejected === 0 && "muted")}>{formatCompact(sum.rejected)}</span>
      </td>
      <td role="cell" className={styles["number"]} data-name="Waiting">
        <Waiting source={sum} />
      </td>
      <td role="cell" className={styles["when"]} data-name="Last event">
        <Time at={sum.last_event_at} />
      </td>
      <td role="cell" className={classes(styles["error"], faulty === 0 && styles["none"])} data-name="State">
        {faulty === 0 ? (
          <span className="muted">none</span>
        ) : (
          `Lines of ${plural(faulty, "file")} were rejected.`
        )}
      </td>
      <td role="cell" className={styles["act"]} />
    </tr>
  );
}
