import styles from "./schedule-form.module.css";
import { inputFields } from "./schedule-input";

/** What can stand in an action's input. */
export function InputHint({ schema }: { readonly schema: Record<string, unknown> | undefined }) {
  if (schema === undefined) return "What the action is given, as JSON.";
  const fields = inputFields(schema);
  if (fields.length === 0) return "This action takes no input: leave it empty, {}.";
  return (
    <>
      What the action is given, as JSON. It knows:
      <ul className={styles["known"]}>
        {fields.map(({ name, words }) => (
          <li key={name}>
            <code>{name}</code> {words}
          </li>
        ))}
      </ul>
    </>
  );
}
