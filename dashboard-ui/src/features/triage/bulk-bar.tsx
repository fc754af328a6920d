import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, IconButton } from "@/components/button";
import { ChevronDownIcon, CloseIcon } from "@/components/icons";
import { Menu, MenuItem, MenuNote, MenuSeparator } from "@/components/menu";
import { toastProblem, toastSaid } from "@/components/toaster";
import { type BulkResult, VERDICT_NAMES, VERDICTS } from "@/lib/model";
import { plural } from "@/lib/number";
import { useShortcut } from "@/lib/shortcuts";
import styles from "./bulk-bar.module.css";
import { assigneesQuery, type BulkChange, postBulk } from "./triage-queries";
import { useShow } from "./use-show";

interface BulkProps {
  readonly ids: ReadonlySet<string>;
  /** How many the list shows by now. */
  readonly shown: number;
  readonly onSelectAll: () => void;
  readonly onClear: () => void;
}

const DECIDED = VERDICTS.filter((verdict) => verdict !== "undecided");

function said({ items, missing }: BulkResult): string {
  const gone = missing.length > 0 ? `; ${plural(missing.length, "alert")} no longer there` : "";
  return `Changed ${plural(items.length, "alert")}${gone}`;
}

/** What can be done with everything that is selected, in one commit. */
export function BulkBar({ ids, shown, onSelectAll, onClear }: BulkProps) {
  const { data: people } = useQuery(assigneesQuery);
  const show = useShow();
  const bulk = useMutation({
    mutationFn: (change: BulkChange) => postBulk([...ids], change),
    onSuccess: (result) => {
      show(result.items);
      toastSaid(said(result));
      onClear();
    },
    onError: (error) => toastProblem("The alerts were not changed", error),
  });
  const change = (what: BulkChange): void => bulk.mutate(what);

  useShortcut("Escape", onClear);

  return (
    <section className={styles["bar"]} aria-label="Selected alerts" aria-busy={bulk.isPending}>
      <strong className={styles["count"]} aria-live="polite">
        {ids.size} selected
      </strong>
      {ids.size < shown && (
        <Button look="quiet" size="sm" onClick={onSelectAll}>
          All {shown} shown
        </Button>
      )}
      <span className={styles["actions"]}>
        <Button size="sm" disabled={bulk.isPending} onClick={() => change({ status: "acknowledged" })}>
          Acknowledge
        </Button>
        <Menu
          trigger={
            <Button size="sm" disabled={bulk.isPending}>
              Assign <ChevronDownIcon size={14} />
            </Button>
          }
        >
          <MenuItem onSelect={() => change({ assignee: "" })}>Nobody</MenuItem>
          <MenuSeparator />
          {(people?.items ?? []).map(({ id, name }) => (
            <MenuItem key={id} onSelect={() => change({ assignee: id })}>
              {name}
            </MenuItem>
          ))}
        </Menu>
        <Menu
          trigger={
            <Button size="sm" look="primary" disabled={bulk.isPending}>
              Close <ChevronDownIcon size={14} />
            </Button>
          }
        >
          <MenuNote>Close them all as</MenuNote>
          {DECIDED.map((verdict) => (
            <MenuItem key={verdict} onSelect={() => change({ status: "closed", verdict })}>
              {VERDICT_NAMES[verdict]}
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuItem onSelect={() => change({ status: "closed" })}>Keep each verdict</MenuItem>
        </Menu>
      </span>
      <IconButton label="Clear the selection" onClick={onClear}>
        <CloseIcon size={14} />
      </IconButton>
    </section>
  );
}
