import { useInfiniteQuery } from "@tanstack/react-query";
import { LateLine } from "@/components/late-line";
import type { Alert, Micros } from "@/lib/model";
import { plural } from "@/lib/number";
import { nowMicros } from "@/lib/time";
import type { AlertSearch } from "./alert-filter";
import { alertListQuery } from "./alert-queries";

interface LateAlertsProps {
  readonly search: AlertSearch;
  readonly onShow: () => void;
}

const HOUR: Micros = 3_600_000_000;
const OLD: Micros = 24 * HOUR;

/** How many alerts were raised within the hour about what is more than a day old. */
export const countLate = (alerts: readonly Alert[], now: Micros): number =>
  alerts.filter((alert) => alert.raised_at > now - HOUR && alert.last_at < alert.raised_at - OLD).length;

/** That alerts were raised lately about old events, which stand far below. */
export function LateAlerts({ search, onShow }: LateAlertsProps) {
  const { data } = useInfiniteQuery(alertListQuery({ ...search, order: "arrival" }));
  const alerts = data?.pages[0]?.items ?? [];
  const late = countLate(alerts, nowMicros());
  if (late === 0) return null;
  const count =
    late === alerts.length && data?.pages[0]?.next
      ? `More than ${plural(late, "alert")}`
      : plural(late, "alert");
  return (
    <LateLine
      text={`${count} of the last hour ${late === 1 ? "is" : "are"} about events more than a day old.`}
      onShow={onShow}
    />
  );
}
