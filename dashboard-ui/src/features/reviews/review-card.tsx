import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { Chip } from "@/components/chip";
import { classes } from "@/components/classes";
import type { Review, ReviewVerdict } from "@/lib/model";
import { formatPercent } from "@/lib/number";
import { EvidenceOrigin } from "./evidence-origin";
import styles from "./review-card.module.css";

const CHOICES: readonly (readonly [ReviewVerdict, string, string])[] = [
  ["confirm", "Yes", "y"],
  ["deny", "No", "n"],
  ["merge", "They are one", "m"],
  ["skip", "Skip", "s"],
];

interface CardProps {
  readonly review: Review;
  readonly current: boolean;
  readonly mayAnswer: boolean;
  readonly onAnswer: (verdict: ReviewVerdict) => void;
  readonly onPick: () => void;
}

/** The two concepts in the order in which the question names them: what comes first, first. */
const inOrder = ({ kind, source, target }: Review): readonly Review["source"][] =>
  kind === "prerequisite" ? [target, source] : [source, target];

/** One question: the two concepts, what speaks for it, the sentence that it rests on, and the answers. */
export function ReviewCard({ review, current, mayAnswer, onAnswer, onPick }: CardProps) {
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) card.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <li
      ref={card}
      className={classes(styles["card"], current && styles["current"])}
      aria-current={current ? "true" : undefined}
    >
      <h2 className={styles["question"]}>
        {current ? (
          review.question
        ) : (
          <button type="button" className={styles["pick"]} onClick={onPick}>
            {review.question}
          </button>
        )}
      </h2>
      <p className={styles["facts"]}>
        <span className={styles["likely"]}>{formatPercent(review.probability)} likely</span>
        {review.is_held && <Chip>held: it would close a circle</Chip>}
        <span className="muted">{review.reasons.join(" · ")}</span>
      </p>
      {current && (
        <>
          {review.evidence
            .filter(({ sentence }) => sentence !== "")
            .map(({ origin, position, sentence }) => (
              <blockquote key={`${origin} ${position}`} className={styles["evidence"]}>
                <p>{sentence}</p>
                <footer className="muted">
                  <EvidenceOrigin origin={origin} position={position} />
                </footer>
              </blockquote>
            ))}
          <dl className={styles["ends"]}>
            {inOrder(review).map((end) => (
              <div key={end.id}>
                <dt>
                  <Link to="/graph" search={{ concept: end.id }}>
                    {end.name}
                  </Link>
                </dt>
                <dd className="muted">{end.text || `No definition; ${end.kind}.`}</dd>
              </div>
            ))}
          </dl>
          {mayAnswer && (
            <div className={styles["answers"]} role="group" aria-label="Answer">
              {CHOICES.map(([verdict, name, key]) => (
                <Button
                  key={verdict}
                  look={verdict === "confirm" ? "primary" : "secondary"}
                  onClick={() => onAnswer(verdict)}
                  aria-keyshortcuts={key}
                >
                  {name} <kbd className={styles["key"]}>{key}</kbd>
                </Button>
              ))}
            </div>
          )}
        </>
      )}
    </li>
  );
}
