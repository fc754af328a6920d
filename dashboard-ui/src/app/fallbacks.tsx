import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { usePageTitle } from "@/lib/page-title";
import styles from "./fallbacks.module.css";

/** What an address shows that no page has: inside the frame, whose navigation leads on. */
export function NotFoundPage() {
  usePageTitle("Not found");
  return (
    <EmptyState title="There is no such page" whole>
      <Link to="/alerts" className={buttonClass({})}>
        Go to the alerts
      </Link>
    </EmptyState>
  );
}

/** A page that failed as a whole: its code did not load, the server is away, or it has a fault. */
export function RouteProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  usePageTitle("Problem");
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <main className={styles["page"]}>
      <ProblemPanel error={error} onRetry={retry} whole />
    </main>
  );
}
