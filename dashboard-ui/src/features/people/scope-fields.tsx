import type { Scope } from "@/lib/model";
import styles from "./people-form.module.css";
import { areasOf } from "./people-words";

interface ScopeFieldsProps {
  /** What the maker may, which is as much as a key can. */
  readonly permissions: readonly string[];
  readonly chosen: ReadonlySet<Scope>;
  readonly onChange: (chosen: ReadonlySet<Scope>) => void;
}

/** The permissions of a key without a role, a line for each thing. */
export function ScopeFields({ permissions, chosen, onChange }: ScopeFieldsProps) {
  const toggle = (scope: Scope): void =>
    onChange(
      chosen.has(scope) ? new Set([...chosen].filter((one) => one !== scope)) : new Set([...chosen, scope]),
    );
  return (
    <fieldset className={styles["scopes"]}>
      <legend className="visually-hidden">Permissions</legend>
      {[...areasOf(permissions)].map(([area, scopes]) => (
        <div key={area} className={styles["area"]}>
          <span className={styles["areaName"]}>{area}</span>
          {scopes.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                aria-label={scope}
                checked={chosen.has(scope)}
                onChange={() => toggle(scope)}
              />
              {scope.slice(area.length + 1)}
            </label>
          ))}
        </div>
      ))}
    </fieldset>
  );
}
