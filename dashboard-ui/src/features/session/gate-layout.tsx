import type { ReactNode } from "react";
import { Logo } from "@/components/icons";
import { asProblem } from "@/lib/problem";
import styles from "./gate-layout.module.css";

interface GateLayoutProps {
  readonly title: string;
  readonly intro: ReactNode;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
  readonly version?: string | undefined;
}

/** The pages before the product: one card, and what it is for. */
export function GateLayout({ title, intro, children, aside, version }: GateLayoutProps) {
  return (
    <div className={styles["page"]}>
      <header className={styles["brand"]}>
        <Logo size={28} />
        <span>NetSentinel</span>
      </header>
      <main className={styles["main"]} id="main">
        <div className={styles["card"]}>
          <h1 className={styles["title"]}>{title}</h1>
          <div className={styles["intro"]}>{intro}</div>
          {children}
        </div>
        {aside}
      </main>
      <footer className={styles["footer"]}>
        Self-hosted security operations{version !== undefined && ` · ${version}`}
      </footer>
    </div>
  );
}

/** A failed attempt, said above the button. */
export function GateProblem({ error }: { readonly error: unknown }) {
  const { title, detail, code, retryAfter } = asProblem(error);
  return (
    <div className={styles["problem"]} role="alert">
      <strong>{title}</strong>
      {detail !== "" && <span>{detail}</span>}
      {retryAfter > 0 && <span>Try again in {retryAfter} seconds.</span>}
      <code>{code}</code>
    </div>
  );
}
