import { type ReactNode, useId } from "react";
import { classes } from "./classes";
import styles from "./section.module.css";

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  /** The content touches the edges (tables, code). */
  readonly flush?: boolean;
}

/** A titled panel. */
export function Section({ title, children, actions, flush = false }: SectionProps) {
  const id = useId();
  return (
    <section className={styles["section"]} aria-labelledby={id}>
      <div className={styles["head"]}>
        <h2 id={id} className={styles["title"]}>
          {title}
        </h2>
        {actions}
      </div>
      <div className={classes(styles["body"], flush && styles["flush"])}>{children}</div>
    </section>
  );
}

/** Names and values, one pair a line. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles["facts"]}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
