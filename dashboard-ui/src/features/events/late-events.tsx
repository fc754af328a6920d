import { useQuery } from "@tanstack/react-query";
import { LateLine } from "@/components/late-line";
import { plural } from "@/lib/number";
import { histogramQuery } from "./event-queries";
import { ARRIVED_LATELY, type EventChanges, type EventFilter, type Grouping } from "./event-search";

interface LateEventsProps {
  readonly filter: EventFilter;
  readonly by: Grouping;
  readonly onChange: (changes: EventChanges) => void;
}

/** That events arrived within the hour which are older than the list reaches. */
export function LateEvents({ filter, by, onChange }: LateEventsProps) {
  const { data } = useQuery(histogramQuery(filter, by));
  if (!data?.late) return null;
  return (
    <LateLine
      text={`${plural(data.late, "older event")} arrived in the last hour: they happened before the time that is shown.`}
      onShow={() => onChange(ARRIVED_LATELY)}
    />
  );
}
