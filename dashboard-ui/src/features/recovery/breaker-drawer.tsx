import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { Drawer } from "@/components/drawer";
import { RecordMissing } from "@/components/record-missing";
import { RowSub } from "@/components/row-title";
import { Facts } from "@/components/section";
import { Time } from "@/components/time";
import type { BreakerChange } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { breakerQuery } from "./breaker-queries";
import { BreakerState, modeName } from "./breaker-state";
import styles from "./breakers-page.module.css";

interface BreakerDrawerProps {
  readonly dependency: string;
  readonly onClose: () => void;
}

/** One breaker: the calls that count now, and what happened to it. */
export function BreakerDrawer({ dependency, onClose }: BreakerDrawerProps) {
  const detail = useQuery(breakerQuery(dependency));
  const breaker = detail.data?.breaker;
  return (
    <Drawer title={dependency} lead={breaker && <BreakerState breaker={breaker} />} onClose={onClose}>
      {!detail.data && (
        <RecordMissing query={detail} noun="breaker" why="Nothing of that name is called." part>
          <Button onClick={onClose}>All breakers</Button>
        </RecordMissing>
      )}
      {breaker && (
        <Facts
          items={[
            ["In this state", <Time key="since" at={breaker.since} full />],
            ["Calls", `${formatNumber(breaker.calls)}; from ${breaker.minimum_calls} on they decide`],
            ["Failed", formatNumber(breaker.failures)],
            ["Slow", formatNumber(breaker.slow)],
          ]}
        />
      )}
      {detail.data && <Changes changes={detail.data.changes} />}
    </Drawer>
  );
}

function Changes({ changes }: { readonly changes: readonly BreakerChange[] }) {
  return (
    <section aria-labelledby="breaker-changes">
      <h3 id="breaker-changes" className={styles["heading"]}>
        Latest changes
      </h3>
      {changes.length === 0 ? (
        <p className="muted">None so far.</p>
      ) : (
        <ol className={styles["changes"]}>
          {changes.map((change) => (
            <li key={`${change.at} ${change.after}`}>
              <span>
                <strong>{modeName(change.after)}</strong> <span className="muted">{change.reason}</span>
                {change.calls > 0 && (
                  <RowSub>
                    {formatNumber(change.calls)} calls, {formatNumber(change.failures)} failed,{" "}
                    {formatNumber(change.slow)} slow
                  </RowSub>
                )}
              </span>
              <Time at={change.at} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
