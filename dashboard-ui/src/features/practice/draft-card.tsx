import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Chip } from "@/components/chip";
import { classes } from "@/components/classes";
import { Field } from "@/components/field";
import { ProblemPanel } from "@/components/notice";
import { TextArea } from "@/components/text-area";
import { toastSaid, toastUndo } from "@/components/toaster";
import type { Question } from "@/lib/model";
import styles from "./drafts.module.css";
import { deciding, type Revision, useDraftsChanged } from "./drafts-queries";
import pageStyles from "./practice.module.css";

interface CardProps {
  readonly draft: Question;
  /** The address asks for this one. */
  readonly isWanted: boolean;
}

/** A draft as learners would see it, with what is right and where it is from; and what becomes of it. */
export function DraftCard({ draft, isWanted }: CardProps) {
  const { content, source } = draft;
  const card = useRef<HTMLLIElement>(null);
  const [isEditing, setEditing] = useState(false);
  const changed = useDraftsChanged();
  const decision = useMutation({ ...deciding, onSuccess: changed });
  useEffect(() => {
    if (isWanted) card.current?.scrollIntoView({ block: "start" });
  }, [isWanted]);

  const decide = (state: Question["state"], revision?: Revision): void =>
    decision.mutate(
      { id: draft.id, state, ...(revision && { revision }) },
      {
        onSuccess: () => {
          setEditing(false);
          if (state === "approved") toastSaid("The question is asked from now on");
          if (state === "retired") {
            toastUndo(draft.id, "The draft was discarded", () =>
              decision.mutate({ id: draft.id, state: "draft" }),
            );
          }
        },
      },
    );

  return (
    <li ref={card} className={classes(pageStyles["card"], isWanted && styles["wanted"])}>
      <p className={styles["about"]}>
        <Chip>{content.kind === "triage" ? "Drill" : "Question"}</Chip>
        {content.concepts.join(", ")}
      </p>
      {isEditing ? (
        <Editing
          draft={draft}
          isBusy={decision.isPending}
          onSave={decide}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <>
          <h2 className={pageStyles["prompt"]}>{content.prompt}</h2>
          <Shown draft={draft} />
          <p className={pageStyles["explanation"]}>{content.explanation}</p>
          <Source source={source} />
          <div className={styles["actions"]}>
            <Button look="primary" disabled={decision.isPending} onClick={() => decide("approved")}>
              Approve
            </Button>
            <Button disabled={decision.isPending} onClick={() => setEditing(true)}>
              Edit
            </Button>
            <Button look="quiet" disabled={decision.isPending} onClick={() => decide("retired")}>
              Discard
            </Button>
          </div>
        </>
      )}
      {decision.isError && <ProblemPanel error={decision.error} />}
    </li>
  );
}

/** What there is to choose from, and what is right. */
function Shown({ draft: { content } }: { readonly draft: Question }) {
  const { key, facts, options } = content;
  const pairs: readonly (readonly [string, string])[] = key.pairs.map(({ left, right }) => [left, right]);
  return (
    <>
      {facts.length > 0 && (
        <dl className={pageStyles["facts"]} aria-label="Facts">
          {facts.map(({ name, value }) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {pairs.length > 0 && (
        <dl className={styles["pairs"]} aria-label="Right answers">
          {pairs.map(([left, right]) => (
            <div key={left}>
              <dt>{left}</dt>
              <dd>{right}</dd>
            </div>
          ))}
        </dl>
      )}
      {options.length > 0 && (
        <ul className={pageStyles["answers"]} aria-label="Choices">
          {options.map((one) => (
            <li key={one} className={classes(styles["choice"], key.right.includes(one) && styles["right"])}>
              <span className={pageStyles["optionText"]}>{one}</span>
              {key.right.includes(one) && <span>Right</span>}
            </li>
          ))}
        </ul>
      )}
      {options.length === 0 && key.right.length > 0 && <p>{key.right.join(" · ")}</p>}
    </>
  );
}

function Source({ source: { kind, id, position, sentence } }: { readonly source: Question["source"] }) {
  if (kind === "alert") {
    return (
      <p className={styles["source"]}>
        Made of{" "}
        <Link to="/alerts/$id" params={{ id }}>
          this alert
        </Link>
        , its names masked. Names in free text may have stayed: look before you approve.
      </p>
    );
  }
  if (sentence === "") return null;
  return (
    <blockquote className={styles["source"]}>
      <p>{sentence}</p>
      <footer>
        {kind === "concept" && (
          <Link to="/graph" search={{ concept: id }}>
            What the graph says
          </Link>
        )}
        {kind === "medium" && (
          <Link to="/library/$medium" params={{ medium: id }}>
            The text
          </Link>
        )}
        {position !== "" && ` · ${position.replace(/^#/, "")}`}
      </footer>
    </blockquote>
  );
}

interface EditingProps {
  readonly draft: Question;
  readonly isBusy: boolean;
  readonly onSave: (state: Question["state"], revision: Revision) => void;
  readonly onCancel: () => void;
}

/** The texts of a draft. What is right stays right: it goes by the place among the choices. */
function Editing({ draft: { content }, isBusy, onSave, onCancel }: EditingProps) {
  const [prompt, setPrompt] = useState(content.prompt);
  const [explanation, setExplanation] = useState(content.explanation);
  const [options, setOptions] = useState<readonly string[]>(content.options);
  const isWhole = [prompt, explanation, ...options].every((text) => text.trim() !== "");
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isWhole && !isBusy) onSave("draft", { prompt, explanation, options: [...options] });
  };
  return (
    <form className={styles["edit"]} onSubmit={save}>
      <TextArea
        label="Question"
        rows={3}
        maxLength={2_000}
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
      />
      {options.map((one, at) => (
        <Field
          // oxlint-disable-next-line react/no-array-index-key -- a choice is its place
          key={at}
          label={
            content.key.right.includes(content.options[at] ?? "")
              ? `Choice ${at + 1}, right`
              : `Choice ${at + 1}`
          }
          maxLength={300}
          value={one}
          onChange={(event) => setOptions(options.with(at, event.target.value))}
        />
      ))}
      <TextArea
        label="Explanation"
        rows={3}
        maxLength={6_000}
        value={explanation}
        onChange={(event) => setExplanation(event.target.value)}
      />
      <div className={styles["actions"]}>
        <Button type="submit" look="primary" disabled={!isWhole || isBusy}>
          Save
        </Button>
        <Button disabled={isBusy} onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
