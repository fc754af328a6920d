import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Select } from "@/components/field";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { type Alert, may, type NearbyEvents } from "@/lib/model";
import { plural } from "@/lib/number";
import { formatSpan } from "@/lib/time";
import { NearbyRow } from "./nearby-row";
import styles from "./nearby-section.module.css";
import { nearbyQuery } from "./triage-queries";

const SPANS = [
  ["1", "1 minute before and after"],
  ["5", "5 minutes before and after"],
  ["15", "15 minutes before and after"],
  ["60", "1 hour before and after"],
] as const;
/** So much of what was before stays in sight above it. */
const ROWS_BEFORE_PX = 140;
type Span = (typeof SPANS)[number][0];

/** What the entity did around the alert's newest finding, from the stored events. */
export function NearbySection({ alert }: { readonly alert: Alert }) {
  const { data: me } = useQuery(meQuery);
  const [span, setSpan] = useState<Span>("5");
  const allowed = may(me, "events:read") && alert.entity !== "";
  const events = useQuery({
    ...nearbyQuery(alert.id, Number(span), 0),
    enabled: allowed,
    placeholderData: keepPreviousData,
  });
  if (!allowed) return null;
  return (
    <Section
      title="Events around it"
      actions={<Select label="How long" value={span} options={SPANS} onChange={setSpan} />}
    >
      {events.isPending && <Skeleton rows={4} label="Loading events" />}
      {events.isError && (
        <ProblemPanel error={events.error} onRetry={() => void events.refetch()} busy={events.isFetching} />
      )}
      {events.data && <Events found={events.data} entity={aboutOf(alert)} />}
    </Section>
  );
}

/** Whose events are shown: those of a user's machine, too. */
const aboutOf = ({ entity, entity_kind, device }: Alert): string =>
  entity_kind === "user" && device !== "" ? `${entity} or ${device}` : entity;

function Events({ found, entity }: { readonly found: NearbyEvents; readonly entity: string }) {
  const { items, at } = found;
  const [open, setOpen] = useState("");
  const list = useRef<HTMLOListElement>(null);

  // The middle of the span is what one came for; what was before it is a scroll away.
  useEffect(() => {
    const first = list.current?.children[items.findIndex(({ event }) => event.time >= at)];
    if (list.current && first instanceof HTMLElement)
      list.current.scrollTop = first.offsetTop - ROWS_BEFORE_PX;
  }, [items, at]);

  if (items.length === 0) {
    return (
      <p className="muted">
        No stored event of {entity} in this time. Events are stored some seconds after they arrive, and kept
        as long as the server is set to.
      </p>
    );
  }
  const evidence = items.filter((item) => item.evidence).length;
  return (
    <>
      <p className={styles["lead"]}>
        {plural(items.length, "event")} of <span className={styles["entity"]}>{entity}</span>
        {evidence > 0 && <>, {evidence} of them made this alert</>}
        {found.truncated && (
          <>
            . There are more: these are the nearest, from {formatSpan(at - found.since)} before to{" "}
            {formatSpan(found.until - at)} after
          </>
        )}
        .
      </p>
      <ol ref={list} className={styles["list"]}>
        {items.map((item) => (
          <NearbyRow
            key={item.event.id}
            item={item}
            at={at}
            open={open === item.event.id}
            onToggle={() => setOpen(open === item.event.id ? "" : item.event.id)}
          >
            <RawView native={item.event.native} />
          </NearbyRow>
        ))}
      </ol>
    </>
  );
}

function RawView({ native }: { readonly native: unknown }) {
  const text = JSON.stringify(native, null, 2);
  return (
    <div className={styles["raw"]}>
      <CopyButton text={text} what="this event" />
      <CodeView text={text} language="json" label="Stored event as JSON" />
    </div>
  );
}
