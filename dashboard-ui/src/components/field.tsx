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
export function Select<T extends string>({ label, ...chosen }: SelectProps<T>) {
  return <Options {...chosen} look="select" aria-label={label} />;
}

/** The same in a form, below a label that everybody sees; a hint is read out with it. */
export function Choice<T extends string>({
  label,
  hint,
  ...chosen
}: SelectProps<T> & { readonly hint?: ReactNode }) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}hint`;
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={styles["label"]}>
        {label}
      </label>
      <Options {...chosen} look="choice" id={id} aria-describedby={hintId} />
      {hint !== undefined && (
        <div id={hintId} className={styles["hint"]}>
          {hint}
        </div>
      )}
    </div>
  );
}

interface OptionsProps<T extends string> extends Omit<SelectProps<T>, "label"> {
  readonly look: "select" | "choice";
  readonly id?: string;
  readonly "aria-label"?: string;
}

function Options<T extends string>({ look, value, options, onChange, ...named }: OptionsProps<T>) {
  return (
    <select
      {...named}
      className={styles[look]}
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
