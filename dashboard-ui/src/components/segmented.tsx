import { useId } from "react";
import styles from "./segmented.module.css";

interface SegmentedProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

/** One choice of a few, all in sight: real radio buttons in a row. */
export function Segmented<T extends string>({ legend, value, options, onChange }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles["group"]}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map(([option, label]) => (
        <label key={option} className={styles["option"]}>
          <input
            type="radio"
            className={styles["input"]}
            name={name}
            value={option}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span className={styles["label"]}>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
