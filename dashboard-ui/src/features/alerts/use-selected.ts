import { useMemo, useState } from "react";
import { useShortcut } from "@/lib/shortcuts";
import { MAX_SELECTED, type Selection, toggled } from "./selection";

interface Selected extends Selection {
  readonly all: (ids: readonly string[]) => void;
  readonly clear: () => void;
}

const idOfFocusedRow = (): string | undefined =>
  document.activeElement?.closest("tr[data-index]")?.querySelector<HTMLElement>("input[data-select]")
    ?.dataset["select"];

/** The selection of a list; `x` changes it for the row that has the focus. */
export function useSelected(enabled: boolean): Selected {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());

  useShortcut(
    "x",
    () => {
      const id = idOfFocusedRow();
      if (id !== undefined) setIds((before) => toggled(before, id));
    },
    enabled,
  );

  return useMemo(
    () => ({
      ids,
      toggle: (id) => setIds((before) => toggled(before, id)),
      all: (every) => setIds(new Set(every.slice(0, MAX_SELECTED))),
      clear: () => setIds(new Set()),
    }),
    [ids],
  );
}
