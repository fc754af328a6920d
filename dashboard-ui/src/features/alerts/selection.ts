/** Which alerts are selected in the list, to be changed together. */
import { createContext, useContext } from "react";

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
}

const NOTHING: Selection = { ids: new Set(), toggle: () => {} };

export const SelectionContext = createContext<Selection>(NOTHING);

export const useSelection = (): Selection => useContext(SelectionContext);

/** More is refused by the server. */
export const MAX_SELECTED = 500;

export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id) && next.size < MAX_SELECTED) next.add(id);
  return next;
}
