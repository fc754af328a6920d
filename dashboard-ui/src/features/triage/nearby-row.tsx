import type { ReactNode } from "react";
import { classes } from "@/components/classes";
import { Endpoints } from "@/components/endpoints";
import { ChevronDownIcon } from "@/components/icons";
import { summaryOf } from "@/features/events/event-summary";
import { endpoint } from "@/lib/endpoint";
import type { Micros, NearbyEvent } from "@/lib/model";
import { formatFull, formatSpan } from "@/lib/time";
import styles from "./nearby-section.module.css";

interface RowProps {
  readonly item: NearbyEvent;
  readonly at: Micros;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** The event whole, shown when it is open. */
  readonly children: ReactNode;
}

const SECOND = 1_000_000;

/** How far an event is from the finding: `−12 s`, `+3 min`, `+40 ms`. Much of what belongs together is within a second. */
function offset(time: Micros, at: Micros): string {
  const apart = time - at;
  if (apart === 0) return "0 s";
  const far = Math.abs(apart);
  const text = far < SECOND ? `${Math.max(1, Math.floor(far / 1_000))} ms` : formatSpan(far);
  return `${apart < 0 ? "−" : "+"}${text}`;
}

/** One event in a line; a click shows it whole. */
export function NearbyRow({ item: { event, evidence }, at, open, onToggle, children }: RowProps) {
  const about = summaryOf(event);
  const isRouted = event.src_ip !== "" || event.dst_ip !== "";
  return (
    <li className={classes(styles["item"], evidence && styles["evidence"])}>
      <button type="button" className={styles["row"]} aria-expanded={open} onClick={onToggle}>
        <span className={styles["offset"]} title={formatFull(event.time, true)}>
          {offset(event.time, at)}
        </span>
        {isRouted && (
          <span className={styles["route"]}>
            <Endpoints wraps from={event.src_ip} to={endpoint(event.dst_ip, event.dst_port)} />
          </span>
        )}
        <span className={classes(styles["about"], !isRouted && styles["alone"])} title={about}>
          {about}
        </span>
        {evidence && <span className={styles["mark"]}>Evidence</span>}
        <ChevronDownIcon size={14} className={classes(styles["chevron"], open && styles["turned"])} />
      </button>
      {open && children}
    </li>
  );
}
