import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "./classes";
import styles from "./text-area.module.css";

interface TextAreaProps extends Omit<ComponentProps<"textarea">, "className" | "style" | "id"> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** For text that programs read. */
  readonly code?: boolean;
}

/** A labelled text of several lines; hint and error are read out with it. */
export function TextArea({ label, hint, error, code = false, ...input }: TextAreaProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}hint`, error !== undefined && `${id}error`].filter(Boolean);
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={styles["label"]}>
        {label}
      </label>
      <textarea
        {...input}
        id={id}
        className={classes(styles["text"], code && styles["code"])}
        spellCheck={!code}
        aria-invalid={error !== undefined}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
      />
      {hint !== undefined && (
        <div id={`${id}hint`} className={styles["hint"]}>
          {hint}
        </div>
      )}
      {error !== undefined && (
        <div id={`${id}error`} role="alert" className={styles["error"]}>
          {error}
        </div>
      )}
    </div>
  );
}
