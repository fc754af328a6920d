import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/notice";
import { Time } from "@/components/time";
import { FirstSource } from "@/features/sources/first-source";
import { histogramQuery } from "./event-queries";
import {
  EVERYTHING,
  type EventChanges,
  type EventFilter,
  type Grouping,
  isEverything,
  isNarrowed,
  RANGES,
} from "./event-search";

interface NoEventsProps {
  readonly filter: EventFilter;
  readonly by: Grouping;
  readonly onChange: (changes: EventChanges) => void;
}

/** Why nothing was found, and what would find something. */
export function NoEvents({ filter, by, onChange }: NoEventsProps) {
  const { data } = useQuery(histogramQuery(filter, by));
  if (data?.stored === null) return <FirstSource />;
  const everything = isEverything(filter);
  const range = RANGES.find(([name]) => name === filter.range)?.[1].toLowerCase();
  const when = everything ? "" : filter.from === "" ? ` in the ${range}` : " in this time";
  return (
    <EmptyState
      title={`No event${isNarrowed(filter) ? " matches" : ""}${filter.arrival ? " among those that arrived" : ""}${when}`}
    >
      {data?.stored && !everything && (
        <p>
          Events are stored from <Time at={data.stored.oldest} full /> to{" "}
          <Time at={data.stored.newest} full />.
        </p>
      )}
      {!everything && <Button onClick={() => onChange(EVERYTHING)}>Search all that is stored</Button>}
      {isNarrowed(filter) && (
        <Button look="quiet" onClick={() => onChange({ q: undefined, regex: undefined, where: undefined })}>
          Remove the filters
        </Button>
      )}
    </EmptyState>
  );
}
