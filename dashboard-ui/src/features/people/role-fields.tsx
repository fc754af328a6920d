import { useId } from "react";
import type { Role } from "@/lib/model";
import styles from "./people-form.module.css";
import { ROLES } from "./people-words";

interface RoleFieldsProps {
  readonly legend: string;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** One of the roles, each with what it may. */
export function RoleFields({ legend, value, onChange }: RoleFieldsProps) {
  const name = useId();
  return (
    <fieldset className={styles["roles"]}>
      <legend>{legend}</legend>
      {ROLES.map(([role, title, hint]) => (
        <label key={role} className={styles["role"]}>
          <input
            type="radio"
            name={name}
            value={role}
            checked={role === value}
            onChange={() => onChange(role)}
          />
          <strong>{title}</strong>
          <span className={styles["hint"]}>{hint}</span>
        </label>
      ))}
    </fieldset>
  );
}
