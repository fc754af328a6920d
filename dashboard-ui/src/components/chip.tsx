import type { ReactNode } from "react";
import styles from "./chip.module.css";
import { CloseIcon } from "./icons";

export function Chip({ children }: { readonly children: ReactNode }) {
  return <span className={styles["chip"]}>{children}</span>;
}

/** A filter that is in force, with the button that takes it away. */
export function RemovableChip({
  label,
  value,
  onRemove,
}: {
  readonly label: string;
  readonly value: string;
  readonly onRemove: () => void;
}) {
  return (
    <span className={styles["removable"]}>
      <span className={styles["label"]}>{label}</span>
      <span className={styles["value"]}>{value}</span>
      <button
        type="button"
        className={styles["remove"]}
        onClick={onRemove}
        aria-label={`Remove filter ${label} ${value}`}
      >
        <CloseIcon size={12} />
      </button>
    </span>
  );
}

const TACTIC = /^attack\.([a-z][a-z_-]+)$/;
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/;

/** A Sigma tag as people say it: `attack.t1110.001` is T1110.001, `attack.credential-access` is Credential access. */
export function tagName(tag: string): string {
  const technique = TECHNIQUE.exec(tag)?.[1];
  if (technique !== undefined) return technique.toUpperCase();
  const tactic = TACTIC.exec(tag)?.[1];
  if (tactic === undefined) return tag;
  const words = tactic.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function TagList({
  tags,
  max = tags.length,
}: {
  readonly tags: readonly string[];
  readonly max?: number;
}) {
  if (tags.length === 0) return null;
  const rest = tags.length - max;
  return (
    <ul className={styles["list"]}>
      {tags.slice(0, max).map((tag) => (
        <li key={tag} title={tag}>
          <Chip>{tagName(tag)}</Chip>
        </li>
      ))}
      {rest > 0 && (
        <li title={tags.slice(max).map(tagName).join(", ")}>
          <Chip>+{rest}</Chip>
        </li>
      )}
    </ul>
  );
}
