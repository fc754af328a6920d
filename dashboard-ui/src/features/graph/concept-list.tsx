import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import type { GraphMap } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import styles from "./concept-list.module.css";
import { foundQuery } from "./graph-queries";
import { KINDS, type Kind } from "./kinds";

const FIRST = 100;

interface ListProps {
  readonly map: GraphMap;
  readonly words: string;
  readonly hidden: ReadonlySet<Kind>;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
}

/** The same concepts as the picture shows, as a list: those that a search finds, or the best connected first. */
export function ConceptList({ map, words, hidden }: ListProps) {
  const found = useQuery(foundQuery(words));
  const [shown, setShown] = useState(FIRST);
  const all: readonly Row[] =
    words !== ""
      ? (found.data?.items ?? [])
      : map.ids.map((id, at) => ({ id, name: map.names[at] ?? "", kind: map.kinds[at] ?? "concept" }));
  const rows = all.filter(({ kind }) => !hidden.has(kind));
  const left = all.length - rows.length;
  return (
    <div className={styles["box"]}>
      <p className={styles["count"]} role="status">
        {words !== "" && found.isPending
          ? "Searching…"
          : `${formatNumber(rows.length)} ${words === "" ? "concepts, the best connected first" : "found"}`}
        {words !== "" && left > 0 && `, ${formatNumber(left)} of kinds that are not shown`}
      </p>
      <ul className={styles["list"]} aria-label="Concepts">
        {rows.slice(0, shown).map(({ id, name, kind }) => (
          <li key={id}>
            <Link to="/graph" search={{ concept: id }} className={styles["link"]}>
              {name}
            </Link>{" "}
            <span className={styles["kind"]}>{KINDS[kind][2]}</span>
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <Button size="sm" onClick={() => setShown(shown + 5 * FIRST)}>
          Show more
        </Button>
      )}
    </div>
  );
}
