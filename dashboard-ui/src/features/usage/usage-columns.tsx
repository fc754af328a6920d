import { RowSub, RowTitle } from "@/components/row-title";
import { Sparkline } from "@/components/sparkline";
import type { Column } from "@/components/virtual-table";
import type { Usage, UsageOfDay } from "@/lib/model";
import { Count, column } from "./usage-cells";
import { DAYS } from "./usage-queries";
import { CLASSES } from "./usage-words";

const DAY_MS = 86_400_000;

/** One principal's requests of one class. */
export interface UsageRow {
  readonly id: string;
  readonly name: string;
  /** What it is, its tier, and whether it is shut out. */
  readonly about: string;
  readonly requestClass: UsageOfDay["request_class"];
  readonly total: number;
  readonly today: number;
  readonly refused: number;
  /** One value per day, oldest first. */
  readonly perDay: readonly number[];
}

/** Whose requests these are; only the id is known of one who is gone, or whom the caller may not know. */
function whoIs(id: string, usage: Usage): Pick<UsageRow, "name" | "about"> {
  const one = usage.consumers.find((each) => each.id === id);
  const isKey = (one?.kind ?? "key") === "key";
  const parts = isKey ? ["Key", one?.tier || usage.tenant_tier] : ["User"];
  if (one?.revoked) parts.push(isKey ? "revoked" : "disabled");
  return { name: one?.name || id, about: parts.join(" · ") };
}

/** The counts by principal and class, the busiest first. */
export function usageRows(usage: Usage, now = Date.now()): readonly UsageRow[] {
  const first = Math.floor(now / DAY_MS) - DAYS + 1;
  const groups = new Map<string, UsageOfDay[]>();
  for (const day of usage.days) {
    const id = `${day.principal} ${day.request_class}`;
    groups.set(id, [...(groups.get(id) ?? []), day]);
  }
  const rows = [...groups].map(([id, days]): UsageRow => {
    const perDay = Array.from({ length: DAYS }, () => 0);
    for (const { day, requests } of days) {
      const at = Math.floor(Date.parse(day) / DAY_MS) - first;
      if (at in perDay) perDay[at] = requests;
    }
    const who = whoIs(days[0]?.principal ?? "", usage);
    return {
      id,
      name: who.name,
      about: who.about,
      requestClass: days[0]?.request_class ?? "api",
      total: days.reduce((all, { requests }) => all + requests, 0),
      today: perDay.at(-1) ?? 0,
      refused: days.reduce((all, { refused }) => all + refused, 0),
      perDay,
    };
  });
  return rows.toSorted((one, other) => other.total - one.total);
}

export const USAGE_COLUMNS: readonly Column<UsageRow>[] = [
  column("who", "Who", ({ name, about }) => (
    <>
      <RowTitle title={name}>{name}</RowTitle>
      <RowSub oneLine>{about}</RowSub>
    </>
  )),
  column("class", "Class", ({ requestClass }) => CLASSES[requestClass]),
  column("days", `${DAYS} days`, ({ name, perDay }) => (
    <Sparkline label={`Requests of ${name} by day`} values={perDay} />
  )),
  column("total", "Requests", ({ total }) => <Count count={total} unit="requests" />),
  column("today", "Today", ({ today }) => <Count count={today} unit="today" />),
  column("refused", "Refused", ({ refused }) => <Count count={refused} unit="refused" bad />),
];
