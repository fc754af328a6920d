import { useId } from "react";
import styles from "./cards.module.css";
import { classes } from "./classes";

interface CardsProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  /** The value, its name, and what it is for. */
  readonly options: readonly (readonly [Value, string, string])[];
  readonly onChange: (value: Value) => void;
  /** Side by side where there is room. */
  readonly wide?: boolean;
}

/** One of a few things, each with what it is for. */
export function Cards<Value extends string>({ legend, value, options, onChange, wide }: CardsProps<Value>) {
  const name = useId();
  return (
    <fieldset className={classes(styles["cards"], wide && styles["wide"])}>
      <legend>{legend}</legend>
      {options.map(([each, title, hint]) => (
        <label key={each} className={styles["card"]}>
          <input
            type="radio"
            name={name}
            value={each}
            checked={each === value}
            onChange={() => onChange(each)}
          />
          <strong>{title}</strong>
          <span>{hint}</span>
        </label>
      ))}
    </fieldset>
  );
}
