import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { LevelMark } from "@/components/level-badge";
import { Time } from "@/components/time";
import { toastProblem } from "@/components/toaster";
import type { Suppression } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { RuleTitle } from "./rule-title";
import { fieldName, matchName } from "./scope";
import { liftSuppression, suppressionDetailQuery, suppressionKeys } from "./suppression-queries";
import styles from "./suppressions-page.module.css";

const STATES = { active: "In force", expired: "Expired", lifted: "Lifted" } as const;

interface CardProps {
  readonly suppression: Suppression;
  readonly canLift: boolean;
}

/** One suppression: what, why, by whom, until when, and what it has hidden. */
export function SuppressionCard({ suppression, canLift }: CardProps) {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const { id, state } = suppression;
  const lift = useMutation({
    mutationFn: () => liftSuppression(id),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: suppressionKeys.all }),
    onError: (error) => toastProblem("The suppression was not lifted", error),
  });
  return (
    <li className={classes(styles["card"], state !== "active" && styles["over"])}>
      <div className={styles["what"]}>
        <p className={styles["reason"]}>{suppression.reason}</p>
        <ul className={styles["conditions"]} aria-label="Conditions">
          {suppression.conditions.map(({ field, match, values }) => (
            <li key={`${field} ${match}`}>
              <span className={styles["field"]}>{fieldName(field)}</span> {matchName(match)}{" "}
              {field === "rule_id" && match === "equals" ? (
                values.map((value) => <RuleTitle key={value} id={value} />)
              ) : (
                <code>{values.join(", ")}</code>
              )}
            </li>
          ))}
        </ul>
        <Made suppression={suppression} />
      </div>
      <div className={styles["hidden"]}>
        <span className={styles["number"]}>{formatNumber(suppression.hidden)}</span>
        <span className="muted">{suppression.hidden === 1 ? "finding" : "findings"} hidden</span>
        {suppression.last_hidden_at > 0 && (
          <span className="muted">
            last <Time at={suppression.last_hidden_at} />
          </span>
        )}
      </div>
      <div className={styles["actions"]}>
        <span className={classes(styles["state"], styles[state])}>{STATES[state]}</span>
        {suppression.hidden > 0 && (
          <Button size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Hide examples" : "Show examples"}
          </Button>
        )}
        {canLift && state === "active" && (
          <Button size="sm" onClick={() => lift.mutate()} disabled={lift.isPending}>
            Lift
          </Button>
        )}
      </div>
      {open && <Examples id={id} count={suppression.hidden} />}
    </li>
  );
}

function Made({ suppression }: { readonly suppression: Suppression }) {
  return (
    <p className={styles["made"]}>
      {suppression.created_by_name}, <Time at={suppression.created_at} /> ·{" "}
      {suppression.state === "lifted" ? (
        <>
          lifted by {suppression.lifted_by_name}, <Time at={suppression.lifted_at} />
        </>
      ) : suppression.expires_at === 0 ? (
        "for good"
      ) : (
        <>
          until <Time at={suppression.expires_at} full />
        </>
      )}
      {suppression.alert_id !== "" && (
        <>
          {" · "}
          <Link to="/alerts/$id" params={{ id: suppression.alert_id }}>
            the alert it came from
          </Link>
        </>
      )}
    </p>
  );
}

function Examples({ id, count }: { readonly id: string; readonly count: number }) {
  const { data } = useQuery({ ...suppressionDetailQuery(id), staleTime: 0 });
  if (data === undefined) return <p className="muted">Fetching…</p>;
  return (
    <div className={styles["examples"]}>
      <p className="muted">
        The newest {plural(Math.min(count, data.examples.length), "finding")} it has hidden:
      </p>
      <ul>
        {data.examples.map((one) => (
          <li key={`${one.at} ${JSON.stringify(one.event)}`}>
            <LevelMark level={one.level} />
            <span className={styles["title"]}>{one.title}</span>
            <code>{one.entity}</code>
            <Time at={one.at} />
          </li>
        ))}
      </ul>
    </div>
  );
}
