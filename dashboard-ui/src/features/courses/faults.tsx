import { ProblemPanel } from "@/components/notice";
import type { DraftText } from "@/lib/model";
import { asProblem } from "@/lib/problem";
import type { CourseForm } from "./draft-form";
import styles from "./editor.module.css";

interface FaultsProps {
  readonly error: unknown;
  /** What was refused: faults name its lessons by their slugs. */
  readonly sent: DraftText;
  readonly form: CourseForm;
  /** Open a lesson by its key. */
  readonly onChoose: (key: string) => void;
}

/** Why a draft was not kept: everything that is wrong, each with the way to its lesson. */
export function Faults({ error, sent, form, onChoose }: FaultsProps) {
  const { title, faults } = asProblem(error);
  if (faults.length === 0) return <ProblemPanel error={error} />;
  return (
    <div className={styles["faults"]} role="alert">
      <h2>{title}</h2>
      <ul>
        {faults.map(({ where, what }) => {
          const at = sent.lessons?.findIndex(({ slug }) => slug === where) ?? -1;
          const lesson = form.lessons[at];
          return (
            <li key={`${where} ${what}`}>
              {lesson !== undefined && (
                <>
                  <button type="button" className={styles["go"]} onClick={() => onChoose(lesson.key)}>
                    {lesson.title}
                  </button>
                  {": "}
                </>
              )}
              {what}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
