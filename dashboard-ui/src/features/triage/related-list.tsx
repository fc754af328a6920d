import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { tagName } from "@/components/chip";
import { classes } from "@/components/classes";
import { LevelMark } from "@/components/level-badge";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import { alertDetailQuery } from "@/features/alerts/alert-queries";
import { type Alert, LEVEL_NAMES, type Micros, type Reason, type RelatedAlert } from "@/lib/model";
import { formatSpan } from "@/lib/time";
import styles from "./related-list.module.css";
import { relatedQuery } from "./triage-queries";

const FIRST = 6;

const SECOND: Micros = 1_000_000;

/** How the beginnings of two alerts lie to each other. Most that belong together overlap, which says little. */
export function beginnings(alert: Alert, other: Alert): string {
  const later = other.first_at - alert.first_at;
  if (Math.abs(later) < SECOND) return "began at the same moment";
  return `began ${formatSpan(Math.abs(later))} ${later > 0 ? "later" : "earlier"}`;
}

function why({ why: kind, value }: Reason, alert: Alert | undefined, other: Alert): string {
  if (kind === "entity") return "same entity";
  if (kind === "address") return `also ${value}`;
  if (kind === "rule") return "same rule";
  if (kind === "technique") return `also ${tagName(value)}`;
  if (alert !== undefined) return beginnings(alert, other);
  const apart = Number(value);
  return apart === 0 ? "overlapping in time" : `${formatSpan(apart * SECOND)} apart`;
}

/** What an alert has in common with another, after whom it is about where that is somebody else. */
export function reasonsText({ alert, reasons }: RelatedAlert, own: Alert | undefined): string {
  const words = reasons.map((reason) => why(reason, own, alert));
  const same = own?.entity === alert.entity || reasons.some((reason) => reason.why === "entity");
  return (same ? words : [alert.entity, ...words]).join(" · ");
}

/** Other alerts that may belong to one, each with the reasons; what has most in common stands first. */
export function RelatedSection({ id }: { readonly id: string }) {
  const { data, isError } = useQuery(relatedQuery(id));
  const [all, setAll] = useState(false);
  const own = useQuery(alertDetailQuery(id)).data?.alert;
  const items = data?.items ?? [];
  return (
    <Section title="Related alerts">
      {isError && <p className="muted">They could not be fetched.</p>}
      {data !== undefined && items.length === 0 && <p className="muted">None: this one stands alone.</p>}
      {items.length > 0 && (
        <ul className={styles["list"]}>
          {items.slice(0, all ? items.length : FIRST).map(({ alert, reasons }) => (
            <li key={alert.id} className={classes(alert.status === "closed" && styles["closed"])}>
              <Link to="/alerts/$id" params={{ id: alert.id }} className={styles["link"]}>
                <LevelMark level={alert.level} />
                <span className="visually-hidden">{LEVEL_NAMES[alert.level]}:</span>{" "}
                <span className={styles["title"]}>{alert.title}</span>
              </Link>
              <span className={styles["when"]}>
                {alert.first_at < alert.last_at && "last seen "}
                <Time at={alert.last_at} />
              </span>
              <span className={styles["why"]}>{reasonsText({ alert, reasons }, own)}</span>
            </li>
          ))}
        </ul>
      )}
      {!all && items.length > FIRST && (
        <Button look="quiet" size="sm" onClick={() => setAll(true)}>
          Show {items.length - FIRST} more
        </Button>
      )}
    </Section>
  );
}
