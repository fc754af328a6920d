import type { ReactNode } from "react";
import { classes } from "./classes";
import styles from "./form-foot.module.css";

interface FormErrorProps {
  readonly children: ReactNode;
  /** `status` for what is only said along the way. */
  readonly role?: "alert" | "status";
}

/** Why something could not be done, in a form. */
export function FormError({ children, role = "alert" }: FormErrorProps) {
  return (
    <p role={role} className={styles["error"]}>
      {children}
    </p>
  );
}

interface FormFootProps {
  /** The buttons. */
  readonly children: ReactNode;
  readonly error?: string | undefined;
  /** Stays in sight while a long dialog scrolls. */
  readonly sticky?: boolean;
}

/** The end of a form or a dialog: what went wrong, and the buttons. */
export function FormFoot({ children, error, sticky }: FormFootProps) {
  return (
    <>
      {error !== undefined && <FormError>{error}</FormError>}
      <div className={classes(styles["foot"], sticky && styles["sticky"])}>{children}</div>
    </>
  );
}
