import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { Chip } from "@/components/chip";
import { ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import type { ConceptDetail } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./concept-panel.module.css";
import { conceptQuery, firstQuery } from "./graph-queries";
import { ALL_RELATIONS, KINDS, RELATIONS } from "./kinds";

const MOST = 60;
type Neighbour = ConceptDetail["edges"][number];

/** "Requires", "Mentioned in" and so on -> the concepts at the other ends, in the order of the legend. */
function grouped(edges: readonly Neighbour[]): readonly (readonly [string, readonly Neighbour[]])[] {
  const groups = new Map<string, Neighbour[]>();
  for (const relation of ALL_RELATIONS)
    for (const outgoing of [true, false]) {
      const found = edges.filter((edge) => edge.relation === relation && edge.outgoing === outgoing);
      const name = RELATIONS[relation][outgoing ? 0 : 1];
      if (found.length > 0) groups.set(name, [...(groups.get(name) ?? []), ...found]);
    }
  return [...groups];
}

/** A concept: what it is, what must be understood first, and everything around it. */
export function ConceptPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const detail = useQuery(conceptQuery(id));
  const first = useQuery(firstQuery(id));
  if (detail.isError) return <ProblemPanel error={detail.error} onRetry={() => void detail.refetch()} />;
  if (!detail.data) return <Skeleton rows={6} label="Loading the concept" />;
  const { concept, edges } = detail.data;
  return (
    <article className={styles["panel"]} aria-labelledby="concept">
      <div className={styles["head"]}>
        <h2 id="concept" className={styles["title"]}>
          {concept.name}
        </h2>
        <Button size="sm" look="quiet" onClick={onClose}>
          All concepts
        </Button>
      </div>
      <p className="muted">
        {KINDS[concept.kind][2]} · stated by {plural(concept.origins, "origin")}
        {concept.names.length > 1 &&
          ` · also ${concept.names.filter((name) => name !== concept.name).join(", ")}`}
      </p>
      {concept.text !== "" && <p>{concept.text}</p>}
      {first.data && first.data.items.length > 0 && (
        <section aria-label="Learn first">
          <h3 className={styles["group"]}>Learn first, in this order</h3>
          <ol className={styles["chain"]}>
            {first.data.items.map((one) => (
              <li key={one.id}>
                <Link to="/graph" search={{ concept: one.id }}>
                  {one.name}
                </Link>
              </li>
            ))}
          </ol>
          {first.data.total > first.data.items.length && (
            <p className="muted">and {first.data.total - first.data.items.length} more</p>
          )}
        </section>
      )}
      {grouped(edges).map(([name, ends]) => (
        <section key={name} aria-label={name}>
          <h3 className={styles["group"]}>{name}</h3>
          <ul className={styles["ends"]}>
            {ends.slice(0, MOST).map((edge) => (
              <li key={`${edge.id} ${edge.outgoing}`}>
                <Link to="/graph" search={{ concept: edge.id }}>
                  {edge.name}
                </Link>{" "}
                {edge.state === "live" ? (
                  edge.is_confirmed && <Chip>confirmed</Chip>
                ) : (
                  <Chip>{edge.state}</Chip>
                )}
              </li>
            ))}
          </ul>
          {ends.length > MOST && <p className="muted">and {ends.length - MOST} more</p>}
        </section>
      ))}
    </article>
  );
}
