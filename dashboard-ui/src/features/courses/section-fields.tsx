import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Choice } from "@/components/field";
import { ProblemPanel } from "@/components/notice";
import { TextFilter } from "@/components/text-filter";
import type { Passage } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { namesIn, type SectionForm } from "./draft-form";
import styles from "./editor.module.css";
import { definedQuery, passagesQuery, readableQuery } from "./section-queries";
import { labelOf, passagesIn, placesOf } from "./section-words";

const SHOWN = 40;
const OFFERED = 12;

interface SectionProps {
  readonly section: SectionForm;
  /** What the lesson teaches so far. */
  readonly teaches: string;
  readonly onChange: (changes: Partial<SectionForm>) => void;
  readonly onTitle: (title: string) => void;
  readonly onTeach: (name: string) => void;
}

/** Where in a medium a lesson's text is, and what stands there. */
export function SectionFields({ section, teaches, onChange, onTitle, onTeach }: SectionProps) {
  const media = useQuery(readableQuery);
  const passages = useQuery({ ...passagesQuery(section.medium), enabled: section.medium !== "" });
  if (media.isError) return <ProblemPanel error={media.error} onRetry={() => void media.refetch()} />;
  const list = media.data ?? [];
  if (media.data && list.length === 0)
    return (
      <p className="muted">
        Nothing in the library is read so far. Upload something in the <Link to="/library">library</Link>{" "}
        first.
      </p>
    );
  const all = passages.data ?? [];
  const places = placesOf(all);
  const choose = (medium: string): void => {
    onChange({ medium, first: "", last: "" });
    const found = list.find(({ id }) => id === medium);
    if (found !== undefined) onTitle(found.title || found.name);
  };
  return (
    <>
      <Choice
        label="Medium"
        value={section.medium}
        options={[["", "Choose one"], ...list.map((one) => [one.id, labelOf(one)] as const)]}
        onChange={choose}
      />
      {passages.isError && (
        <ProblemPanel
          error={passages.error}
          onRetry={() => void passages.refetch()}
          busy={passages.isFetching}
        />
      )}
      {places.length > 0 && (
        <div className={styles["pair"]}>
          <Choice
            label="From"
            value={section.first}
            options={[["", "the beginning"], ...places]}
            onChange={(first) => onChange({ first })}
          />
          <Choice
            label="To"
            value={section.last}
            options={[["", "the end"], ...places]}
            onChange={(last) => onChange({ last })}
          />
        </div>
      )}
      {section.medium !== "" && (
        <Defined key={section.medium} medium={section.medium} teaches={teaches} onTeach={onTeach} />
      )}
      {all.length > 0 && <Said passages={passagesIn(all, section)} />}
    </>
  );
}

interface DefinedProps {
  readonly medium: string;
  readonly teaches: string;
  readonly onTeach: (name: string) => void;
}

/** Concepts that the medium defines, to be taught with a press: the first ones, or those that some words find. */
function Defined({ medium, teaches, onTeach }: DefinedProps) {
  const found = useQuery(definedQuery(medium));
  const [words, setWords] = useState("");
  const taught = new Set(namesIn(teaches).map((one) => one.toLowerCase()));
  const left = (found.data ?? []).filter((name) => !taught.has(name.toLowerCase()));
  if (left.length === 0) return null;
  const wanted = words.trim().toLowerCase();
  const matching = left.filter((name) => name.toLowerCase().includes(wanted));
  const more = matching.length - OFFERED;
  return (
    <div className={styles["offers"]} role="group" aria-label="It defines">
      <span className="muted">It defines</span>
      {left.length > OFFERED && (
        <TextFilter label="Find a concept" value={words} onChange={setWords} search />
      )}
      {matching.slice(0, OFFERED).map((name) => (
        <Button key={name} size="sm" aria-label={`Teach ${name}`} onClick={() => onTeach(name)}>
          + {name}
        </Button>
      ))}
      <span className="muted" role="status">
        {matching.length === 0 && "no such concept"}
        {more > 0 && `and ${formatNumber(more)} more`}
      </span>
    </div>
  );
}

function Said({ passages }: { readonly passages: readonly Passage[] }) {
  if (passages.length === 0) return <p className={styles["nothing"]}>The end stands before the beginning.</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls
    <section className={styles["said"]} tabIndex={0} aria-label="What stands there">
      {passages
        .slice(0, SHOWN)
        .map(({ number, kind, text }) =>
          kind === "heading" ? <h3 key={number}>{text}</h3> : <p key={number}>{text}</p>,
        )}
      {passages.length > SHOWN && <p className="muted">and {passages.length - SHOWN} more passages</p>}
    </section>
  );
}
