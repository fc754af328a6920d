import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import type { MediumShown, Passage } from "@/lib/model";
import styles from "./library.module.css";
import { textQuery } from "./library-queries";
import { isRecording, isUnderWay, placeOf, stem } from "./library-words";
import { Moment } from "./recording";

interface TextSectionProps {
  readonly medium: MediumShown;
  /** Has the page's player go to a moment, in milliseconds. */
  readonly onSeek?: ((ms: number) => void) | undefined;
}

/** What a medium says, passage by passage, each with where it stands. */
export function TextSection({ medium, onSeek }: TextSectionProps) {
  const text = useInfiniteQuery(textQuery(medium.id));
  const passages = text.data?.pages.flatMap((page) => page.passages) ?? [];
  return (
    <Section title="Text">
      {text.isPending && <Skeleton rows={8} label="Loading the text" />}
      {text.isError && (
        <ProblemPanel error={text.error} onRetry={() => void text.refetch()} busy={text.isFetching} />
      )}
      {text.isSuccess && passages.length === 0 && <p className="muted">{whyEmpty(medium)}</p>}
      {passages.length > 0 && (
        <ol className={styles["text"]} aria-label="Passages">
          {passages.map((passage) => (
            <li key={passage.number}>
              <Moment onSeek={onSeek && passage.at_ms >= 0 ? () => onSeek(passage.at_ms) : undefined}>
                {placeOf(passage)}
              </Moment>
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

function whyEmpty(medium: MediumShown): string {
  if (isUnderWay(medium)) return "It comes once it is read.";
  if (!isRecording(medium)) return "No text was read.";
  const captions = `${stem(medium.name)}.vtt`;
  return medium.beside.length > 0
    ? "Its captions are not read yet."
    : `It has no captions. Upload them as ${captions} or .srt, and what is said is found here.`;
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
