import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { Time } from "@/components/time";
import { histogramQuery } from "./event-queries";
import { EVERYTHING, type EventChanges, type EventFilter, type Grouping, isEverything } from "./event-search";

interface StoredBeforeProps {
  readonly filter: EventFilter;
  readonly by: Grouping;
  readonly onChange: (changes: EventChanges) => void;
}

/** That events are stored from before the time that was searched, and the way to them. */
export function StoredBefore({ filter, by, onChange }: StoredBeforeProps) {
  const { data } = useQuery(histogramQuery(filter, by));
  if (!data?.stored || filter.arrival || isEverything(filter) || data.stored.oldest >= data.since)
    return null;
  return (
    <p>
      Older events are stored, from <Time at={data.stored.oldest} full /> on.{" "}
      <Button size="sm" onClick={() => onChange(EVERYTHING)}>
        Search all that is stored
      </Button>
    </p>
  );
}
