import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import type { PracticeResult } from "@/lib/model";
import { inWords } from "./mastery-words";
import styles from "./practice.module.css";
import type { Given } from "./practice-queries";
import { SourceLink } from "./source-link";

interface ResultCardProps {
  readonly result: PracticeResult;
  readonly given: Given;
  readonly isLast: boolean;
  readonly onNext: () => void;
}

/** What the answer was worth. The button for the next question has the focus, so that Enter goes on. */
export function ResultCard({ result, given, isLast, onNext }: ResultCardProps) {
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => next.current?.focus({ preventScroll: true }), []);
  const { judgement, explanation, interval_s: interval, counts, moves } = result;
  const own = given.text || given.chosen.join(", ");
  return (
    <div className={styles["result"]}>
      <div role="status" className={classes(styles["verdict"], judgement.is_right && styles["right"])}>
        {judgement.is_right ? "Right" : "Not quite"}
      </div>
      {judgement.parts.length > 0 ? (
        <ul className={styles["parts"]}>
          {judgement.parts.map((part) => (
            <li key={part.name} className={styles["part"]}>
              <span aria-hidden="true" className={classes(styles["mark"], part.is_right && styles["right"])}>
                {part.is_right ? "✓" : "✗"}
              </span>
              <span>
                <strong>{part.name}</strong> {part.right}
                {!part.is_right && <span className={styles["own"]}> You: {part.given || "nothing"}</span>}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <div>
          <ul className={styles["answers"]}>
            {judgement.right.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
          {!judgement.is_right && own !== "" && <p className={styles["own"]}>You: {own}</p>}
        </div>
      )}
      {judgement.note !== "" && <p className={styles["own"]}>{judgement.note}</p>}
      <p className={styles["explanation"]}>{explanation}</p>
      <p className={styles["own"]}>
        It comes again in {inWords(interval)}.
        {moves
          .filter(({ before, after }) => before !== after)
          .map(({ concept, name, before, after }) => (
            <span key={concept}>
              {" "}
              {name}: {Math.round(before * 100)} → {Math.round(after * 100)} %.
            </span>
          ))}
        {!counts && " Asked twice within 12 hours, it moves the schedule only."}
      </p>
      <div className={styles["ways"]}>
        <Button ref={next} look="primary" onClick={onNext}>
          {isLast ? "Finish" : "Next"}
        </Button>
        <SourceLink source={result.source.id} verb="Read" />
      </div>
    </div>
  );
}
