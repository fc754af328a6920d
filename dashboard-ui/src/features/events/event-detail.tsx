import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { Drawer } from "@/components/drawer";
import { ChevronDownIcon, ChevronLeftIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import type { StoredEvent } from "@/lib/model";
import { isStatus } from "@/lib/problem";
import { className } from "./event-classes";
import styles from "./event-detail.module.css";
import { eventQuery } from "./event-queries";
import type { Term } from "./event-terms";
import { EventView } from "./event-view";

interface DetailProps {
  readonly id: string;
  /** The event, when the list has it; it is fetched otherwise. */
  readonly known: StoredEvent | undefined;
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
  readonly onTerm: (term: Term) => void;
}

/** One event: its normalised columns, each a filter, and the record as it came. */
export function EventDetail({ id, known, previous, next, onOpen, onClose, onTerm }: DetailProps) {
  const fetched = useQuery({ ...eventQuery(id), enabled: known === undefined });
  const event = known ?? fetched.data;
  const go = (to: string | undefined) => () => to !== undefined && onOpen(to);
  return (
    <Drawer
      title={event === undefined ? "Event" : className(event.class_uid)}
      lead={event && <Time at={event.time} full />}
      onClose={onClose}
      actions={
        <>
          <Button look="quiet" size="sm" aria-label="Newer event" disabled={!previous} onClick={go(previous)}>
            <ChevronLeftIcon className={styles["up"]} />
          </Button>
          <Button look="quiet" size="sm" aria-label="Older event" disabled={!next} onClick={go(next)}>
            <ChevronDownIcon />
          </Button>
        </>
      }
    >
      {event !== undefined && <EventView event={event} onTerm={onTerm} />}
      {event === undefined && fetched.isPending && <Skeleton rows={8} label="Loading the event" />}
      {event === undefined && isStatus(fetched.error, 404) && (
        <EmptyState title="This event is not stored">
          <p>It may have expired, or it has not been stored yet: that takes some seconds.</p>
        </EmptyState>
      )}
      {event === undefined && fetched.isError && !isStatus(fetched.error, 404) && (
        <ProblemPanel
          error={fetched.error}
          onRetry={() => void fetched.refetch()}
          busy={fetched.isFetching}
        />
      )}
    </Drawer>
  );
}
