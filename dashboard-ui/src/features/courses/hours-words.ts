/** Hours of shifts, as people write them. */
import type { Cohort, ShiftSpan } from "@/lib/model";

/** ISO weekdays, from Monday. */
export const DAYS = [
  [1, "Mon"],
  [2, "Tue"],
  [3, "Wed"],
  [4, "Thu"],
  [5, "Fri"],
  [6, "Sat"],
  [7, "Sun"],
] as const;

const NAMES = new Map<number, string>(DAYS);

/** `Mon to Fri`, `Sat, Sun`. */
export function daysText(days: readonly number[]): string {
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0];
  if (days.length > 2 && last - first === days.length - 1) return `${NAMES.get(first)} to ${NAMES.get(last)}`;
  return days.map((day) => NAMES.get(day)).join(", ");
}

export const spanText = ({ days, begins, ends }: ShiftSpan): string =>
  `${daysText(days)} ${begins} to ${ends}${ends <= begins ? " the next day" : ""}`;

/** When a cohort is on shift; nothing for one that is none. */
export const hoursText = ({ hours }: Pick<Cohort, "hours">): string =>
  hours ? `${hours.spans.map(spanText).join("; ")} (${hours.time_zone})` : "";
