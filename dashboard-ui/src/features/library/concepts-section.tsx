import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import type { Medium } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./library.module.css";
import { conceptsQuery } from "./library-queries";

/** The concepts that a medium names, each with its place in the graph. */
export function ConceptsSection({ medium }: { readonly medium: Medium }) {
  const found = useQuery(conceptsQuery(medium.id));
  return (
    <Section title={found.data ? plural(found.data.total, "concept") : "Concepts"}>
      {found.isPending && <Skeleton rows={4} label="Loading the concepts" />}
      {found.isError && (
        <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
      )}
      {found.data?.total === 0 && <p className="muted">Nothing of it is in the graph.</p>}
      {found.data && found.data.total > 0 && (
        <ul className={styles["concepts"]} aria-label="Concepts">
          {found.data.items.map(({ id, name, position, is_only_here: isOnlyHere }) => (
            <li key={id}>
              <Link to="/graph" search={{ concept: id }}>
                {name}
              </Link>
              <span className="muted">
                {[position, isOnlyHere && "only here"].filter(Boolean).join(" · ")}
              </span>
            </li>
          ))}
        </ul>
      )}
      {found.data && found.data.total > found.data.items.length && (
        <p className="muted">and {plural(found.data.total - found.data.items.length, "more", "more")}</p>
      )}
    </Section>
  );
}
