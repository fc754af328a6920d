import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import type { Medium, Passage } from "@/lib/model";
import styles from "./library.module.css";
import { textQuery } from "./library-queries";
import { isUnderWay, placeOf } from "./library-words";

/** What a medium says, passage by passage, each with where it stands. */
export function TextSection({ medium }: { readonly medium: Medium }) {
  const text = useInfiniteQuery(textQuery(medium.id));
  const passages = text.data?.pages.flatMap((page) => page.passages) ?? [];
  return (
    <Section title="Text">
      {text.isPending && <Skeleton rows={8} label="Loading the text" />}
      {text.isError && (
        <ProblemPanel error={text.error} onRetry={() => void text.refetch()} busy={text.isFetching} />
      )}
      {text.isSuccess && passages.length === 0 && (
        <p className="muted">{isUnderWay(medium) ? "It comes once it is read." : "No text was read."}</p>
      )}
      {passages.length > 0 && (
        <ol className={styles["text"]} aria-label="Passages">
          {passages.map((passage) => (
            <li key={passage.number}>
              <span className={styles["place"]}>{placeOf(passage)}</span>
              <Said passage={passage} />
            </li>
          ))}
        </ol>
      )}
      {text.hasNextPage && (
        <p className={styles["more"]}>
          <Button disabled={text.isFetchingNextPage} onClick={() => void text.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </Section>
  );
}

function Said({ passage: { kind, text, term } }: { readonly passage: Passage }) {
  if (kind === "heading") return <h3 className={styles["heading"]}>{text}</h3>;
  if (kind === "code")
    return (
      <pre className={styles["code"]}>
        <code>{text}</code>
      </pre>
    );
  return (
    <p>
      {kind === "definition" && term !== "" && <strong>{term}: </strong>}
      {text}
    </p>
  );
}
