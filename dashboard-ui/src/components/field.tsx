import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./field.module.css";

interface FieldProps extends Omit<ComponentProps<"input">, "className" | "style" | "id"> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly after?: ReactNode;
}

/** A labelled input; hint and error are read out with it. */
export function Field({ label, hint, error, after, ...input }: FieldProps) {
  const id = useId();
  const hintId = `${id}hint`;
  const errorId = `${id}error`;
  const described = [hint !== undefined && hintId, error !== undefined && errorId].filter(Boolean).join(" ");
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={styles["label"]}>
        {label}
      </label>
      <div className={styles["box"]}>
        <input
          {...input}
          id={id}
          className={styles["input"]}
          aria-invalid={error !== undefined}
          aria-describedby={described === "" ? undefined : described}
        />
        {after}
      </div>
      {hint !== undefined && (
        <div id={hintId} className={styles["hint"]}>
          {hint}
        </div>
      )}
      {error !== undefined && (
        <div id={errorId} className={styles["error"]}>
          {error}
        </div>
      )}
    </div>
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

/** The platform's own select: the best there is on a phone, and needs no script of ours. The label is for screen readers. */
export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>) {
  return (
    <select
      className={styles["select"]}
      aria-label={label}
      value={value}
      onChange={(event) => {
        const chosen = options.find(([option]) => option === event.target.value);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
}
