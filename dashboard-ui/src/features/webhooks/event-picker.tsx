import { useQuery } from "@tanstack/react-query";
import { ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { type EventGroup, groupsOf, isCovered, toggled } from "./webhook-draft";
import styles from "./webhook-form.module.css";
import { webhookEventsQuery } from "./webhook-queries";

interface EventPickerProps {
  readonly events: readonly string[];
  readonly onChange: (events: string[]) => void;
}

/** Which events a webhook is told of: kinds one by one, or all of a group at once. */
export function EventPicker({ events, onChange }: EventPickerProps) {
  const kinds = useQuery(webhookEventsQuery);
  if (kinds.isPending) return <Skeleton rows={4} label="Loading the events" />;
  if (kinds.isError) return <ProblemPanel error={kinds.error} onRetry={() => void kinds.refetch()} />;
  const pick = (event: string, on: boolean): void => onChange(toggled(events, event, on));
  return (
    <fieldset className={styles["picker"]}>
      <legend className={styles["legend"]}>Events</legend>
      <EventBox event="*" label="Everything" events={events} onPick={pick} />
      {groupsOf(kinds.data.items).map((group) => (
        <Group key={group.prefix} group={group} events={events} onPick={pick} />
      ))}
    </fieldset>
  );
}

interface PickProps {
  readonly events: readonly string[];
  readonly onPick: (event: string, on: boolean) => void;
}

function Group({ group: { prefix, kinds }, events, onPick }: PickProps & { readonly group: EventGroup }) {
  const chosen = events.filter((each) => each.startsWith(`${prefix}.`)).length;
  const all = `${prefix}.*`;
  return (
    <details className={styles["group"]} open={chosen > 0}>
      <summary>
        <code>{prefix}</code>
        <span className="muted">
          {isCovered(events, all) || events.includes(all)
            ? "all"
            : chosen > 0
              ? `${chosen} of ${kinds.length}`
              : kinds.length}
        </span>
      </summary>
      <EventBox event={all} label={`All of ${prefix}`} events={events} onPick={onPick} />
      {kinds.map(({ name, summary }) => (
        <EventBox key={name} event={name} label={name} hint={summary} events={events} onPick={onPick} />
      ))}
    </details>
  );
}

interface BoxProps extends PickProps {
  readonly event: string;
  readonly label: string;
  readonly hint?: string;
}

function EventBox({ event, label, hint, events, onPick }: BoxProps) {
  const covered = isCovered(events, event);
  return (
    <label className={styles["event"]}>
      <input
        type="checkbox"
        checked={covered || events.includes(event)}
        disabled={covered}
        onChange={(change) => onPick(event, change.target.checked)}
      />
      <span>
        {hint === undefined ? label : <code>{label}</code>}
        {hint !== undefined && <span className={styles["hint"]}>{hint}</span>}
      </span>
    </label>
  );
}
