/** What can be done with one value of one event. One menu for the whole table, placed where it is asked for. */
import { Menu as Base } from "@base-ui/react/menu";
import menu from "@/components/menu.module.css";
import { toastProblem } from "@/components/toaster";
import { type FieldName, formatValue, labelOf } from "./event-fields";
import type { Term } from "./event-terms";

export interface ChosenValue {
  readonly column: FieldName;
  readonly value: string | number;
  readonly anchor: HTMLElement;
}

interface ValueMenuProps {
  readonly chosen: ChosenValue | undefined;
  readonly onClose: () => void;
  readonly onTerm: (term: Term) => void;
}

export function ValueMenu({ chosen, onClose, onTerm }: ValueMenuProps) {
  const term = (exclude: boolean): void => {
    if (chosen !== undefined) onTerm({ column: chosen.column, value: String(chosen.value), exclude });
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(String(chosen?.value ?? ""));
    } catch (error) {
      toastProblem("The browser does not let this page copy", error);
    }
  };
  const text = chosen === undefined ? "" : formatValue(chosen.column, chosen.value);
  return (
    <Base.Root open={chosen !== undefined} onOpenChange={(open) => !open && onClose()} modal={false}>
      <Base.Portal>
        <Base.Positioner
          className={menu["positioner"]}
          anchor={chosen?.anchor ?? null}
          sideOffset={4}
          align="start"
          collisionPadding={8}
        >
          <Base.Popup className={menu["popup"]} finalFocus={() => chosen?.anchor ?? true}>
            <div className={menu["note"]}>
              {chosen !== undefined && labelOf(chosen.column)}: {text}
            </div>
            <Base.Item className={menu["item"]} onClick={() => term(false)}>
              Only events with this value
            </Base.Item>
            <Base.Item className={menu["item"]} onClick={() => term(true)}>
              Exclude events with it
            </Base.Item>
            <Base.Item className={menu["item"]} onClick={() => void copy()}>
              Copy the value
            </Base.Item>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
