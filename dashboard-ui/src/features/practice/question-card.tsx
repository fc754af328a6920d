/** One question, and after the answer what was right, why, and when it comes again. */
import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { Button } from "@/components/button";
import { ProblemPanel } from "@/components/notice";
import type { DueItem, PracticeResult } from "@/lib/model";
import { AnswerFields, isComplete } from "./answer-fields";
import styles from "./practice.module.css";
import { answering, type Given, NOTHING } from "./practice-queries";
import { ResultCard } from "./result-card";

interface QuestionCardProps {
  readonly item: DueItem;
  readonly isLast: boolean;
  readonly onAnswered: (result: PracticeResult) => void;
  readonly onNext: () => void;
}

export function QuestionCard({ item: { question, why }, isLast, onAnswered, onNext }: QuestionCardProps) {
  const isOrder = question.kind === "ordering";
  const [given, setGiven] = useState<Given>(isOrder ? { ...NOTHING, chosen: question.options } : NOTHING);
  // Named once: an answer that is sent again because the line broke counts once.
  const [attempt] = useState(() => crypto.randomUUID());
  const sending = useMutation({ ...answering, onSuccess: onAnswered });
  const result = sending.data;
  const isReady = isComplete(question, given);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady && !sending.isPending && !result) sending.mutate({ attempt, question, ...given });
  };

  return (
    <article className={styles["card"]}>
      <p className={styles["why"]}>{why.map(({ text }) => text).join(" ")}</p>
      {question.facts.length > 0 && (
        <dl className={styles["facts"]}>
          {question.facts.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <h2 className={styles["prompt"]}>{question.prompt}</h2>
      {result ? (
        <ResultCard result={result} given={given} isLast={isLast} onNext={onNext} />
      ) : (
        <form className={styles["form"]} onSubmit={submit}>
          <AnswerFields question={question} given={given} onChange={setGiven} />
          {sending.isError && <ProblemPanel error={sending.error} />}
          <Button type="submit" look="primary" disabled={!isReady || sending.isPending}>
            {sending.isPending ? "Checking…" : "Check"}
          </Button>
        </form>
      )}
    </article>
  );
}
