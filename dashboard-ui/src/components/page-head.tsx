import type { ReactNode } from "react";
import { ChevronLeftIcon } from "./icons";
import styles from "./page-head.module.css";

interface PageHeadProps {
  readonly title: ReactNode;
  readonly back?: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
}

/** What this page is about, where it belongs, and what can be done with it. */
export function PageHead({ title, back, lead, actions }: PageHeadProps) {
  return (
    <div className={styles["head"]}>
      <div className={styles["text"]}>
        {back !== undefined && (
          <nav aria-label="Breadcrumb" className={styles["back"]}>
            <ChevronLeftIcon size={14} />
            {back}
          </nav>
        )}
        <h1 className={styles["title"]}>{title}</h1>
        {lead !== undefined && <div className={styles["lead"]}>{lead}</div>}
      </div>
      {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
    </div>
  );
}
