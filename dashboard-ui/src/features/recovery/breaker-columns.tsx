import { Link } from "@tanstack/react-router";
import { actColumn, RowSub, rowLink } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { BreakerView } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { BreakerMenu } from "./breaker-menu";
import { BreakerState, Rate } from "./breaker-state";
import styles from "./breakers-page.module.css";

const column = (id: string, header: string, cell: Column<BreakerView>["cell"]): Column<BreakerView> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Dependency({ breaker: { dependency, opened } }: { readonly breaker: BreakerView }) {
  return (
    <>
      <Link to="/breakers" search={{ dependency }} className={rowLink} data-row-link resetScroll={false}>
        {dependency}
      </Link>
      {opened > 1 && <RowSub>Opened {opened} times in a row</RowSub>}
    </>
  );
}

/** How many calls count now, and from how many on they decide. */
function Calls({ breaker: { calls, minimum_calls: fewest } }: { readonly breaker: BreakerView }) {
  return (
    <>
      <span>{formatNumber(calls)}</span>
      {calls < fewest && <RowSub>decide from {fewest}</RowSub>}
    </>
  );
}

const COLUMNS: readonly Column<BreakerView>[] = [
  column("name", "Dependency", (breaker) => <Dependency breaker={breaker} />),
  column("mode", "State", (breaker) => <BreakerState breaker={breaker} />),
  column("failed", "Failed calls", ({ failure_rate: rate, failure_rate_limit: limit }) => (
    <Rate name="Failed calls" rate={rate} limit={limit} />
  )),
  column("slow", "Slow calls", ({ slow_rate: rate, slow_rate_limit: limit }) => (
    <Rate name="Slow calls" rate={rate} limit={limit} />
  )),
  column("calls", "Calls", (breaker) => <Calls breaker={breaker} />),
  column("since", "Since", ({ since }) => <Time at={since} />),
];

/** With the menu for those who may turn the switch. */
export function breakerColumns(mayChange: boolean): readonly Column<BreakerView>[] {
  if (!mayChange) return COLUMNS;
  return [
    ...COLUMNS,
    {
      id: "act",
      header: "Actions",
      cell: (breaker) => <BreakerMenu breaker={breaker} />,
      className: actColumn,
    },
  ];
}
