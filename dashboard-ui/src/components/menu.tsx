/** A drop-down of actions or choices, on Base UI's menu (roving focus, type-ahead, Escape). */
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { CheckIcon } from "./icons";
import styles from "./menu.module.css";

interface MenuProps {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
}

export function Menu({ trigger, children, align = "end" }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles["positioner"]} sideOffset={6} align={align} collisionPadding={8}>
          <Base.Popup className={styles["popup"]}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ItemProps {
  readonly children: ReactNode;
  readonly onSelect: () => void;
}

export function MenuItem({ children, onSelect }: ItemProps) {
  return (
    <Base.Item className={styles["item"]} onClick={onSelect}>
      {children}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return <Base.Separator className={styles["separator"]} />;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

/** A labelled group of which one is chosen. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className={styles["label"]}>{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
        {options.map(([option, name]) => (
          <Base.RadioItem key={option} value={option} className={styles["item"]} closeOnClick>
            <span className={styles["tick"]}>
              <Base.RadioItemIndicator>
                <CheckIcon size={14} />
              </Base.RadioItemIndicator>
            </span>
            {name}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

/** A line of text between the items that is not one of them. */
export function MenuNote({ children }: { readonly children: ReactNode }) {
  return <div className={styles["note"]}>{children}</div>;
}
