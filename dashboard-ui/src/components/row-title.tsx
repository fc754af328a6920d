import type { ReactNode } from "react";
import { classes } from "./classes";
import styles from "./row-title.module.css";

/** The class of the link that names a row and opens it; it carries `data-row-link` beside. */
export const rowLink = classes(styles["title"]);

/** The class of the column with a row's menu; a card has it in its area `act`. */
export const actColumn = classes(styles["act"]);

interface RowTitleProps {
  readonly children: ReactNode;
  /** The whole of it, where there is too little room. */
  readonly title?: string;
}

/** The name of a row that opens nothing. */
export function RowTitle({ children, title }: RowTitleProps) {
  return (
    <span className={rowLink} title={title}>
      {children}
    </span>
  );
}

interface RowSubProps extends RowTitleProps {
  /** Cut off where the line ends. */
  readonly oneLine?: boolean;
  readonly mono?: boolean;
  readonly bad?: boolean;
}

/** The smaller line under what a cell says. */
export function RowSub({ children, title, oneLine, mono, bad }: RowSubProps) {
  return (
    <span
      className={classes(
        styles["sub"],
        oneLine && styles["oneLine"],
        mono && styles["mono"],
        bad && styles["bad"],
      )}
      title={title}
    >
      {children}
    </span>
  );
}
