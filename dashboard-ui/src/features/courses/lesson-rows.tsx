import { Button, IconButton } from "@/components/button";
import { classes } from "@/components/classes";
import { ArrowUpIcon, CloseIcon } from "@/components/icons";
import { Section } from "@/components/section";
import { toastUndo } from "@/components/toaster";
import { type LessonForm, movedUp, newLesson } from "./draft-form";
import styles from "./editor.module.css";

interface RowsProps {
  readonly lessons: readonly LessonForm[];
  /** Key of the open one. */
  readonly chosen: string;
  readonly onChoose: (key: string) => void;
  readonly onChange: (update: (lessons: readonly LessonForm[]) => readonly LessonForm[]) => void;
}

/** The lessons in the teacher's order. */
export function LessonRows({ lessons, chosen, onChoose, onChange }: RowsProps) {
  const add = (section?: LessonForm["section"]): void => {
    const lesson = newLesson(crypto.randomUUID(), section);
    onChange((all) => [...all, lesson]);
    onChoose(lesson.key);
  };
  const remove = (lesson: LessonForm, at: number): void => {
    onChange((all) => all.filter(({ key }) => key !== lesson.key));
    toastUndo(lesson.key, `“${lesson.title || "Untitled"}” is out of the course`, () => {
      onChange((all) => all.toSpliced(at, 0, lesson));
      onChoose(lesson.key);
    });
  };
  return (
    <Section title="Lessons" flush>
      {lessons.length > 0 && (
        <ol className={styles["rows"]} aria-label="Lessons">
          {lessons.map((lesson, at) => (
            <li
              key={lesson.key}
              className={classes(styles["row"], lesson.key === chosen && styles["chosen"])}
              aria-current={lesson.key === chosen ? "true" : undefined}
            >
              <span className={styles["number"]} aria-hidden="true">
                {at + 1}
              </span>
              <button type="button" className={styles["pick"]} onClick={() => onChoose(lesson.key)}>
                {lesson.title || "Untitled"}
                <span className={styles["kind"]}>
                  {lesson.section === undefined ? "" : "from the library · "}
                  {lesson.minutes} min
                </span>
              </button>
              <IconButton
                label={`Move up: ${lesson.title}`}
                size="sm"
                disabled={at === 0}
                onClick={() => onChange((all) => movedUp(all, at))}
              >
                <ArrowUpIcon size={14} />
              </IconButton>
              <IconButton label={`Take out: ${lesson.title}`} size="sm" onClick={() => remove(lesson, at)}>
                <CloseIcon size={14} />
              </IconButton>
            </li>
          ))}
        </ol>
      )}
      <div className={styles["foot"]}>
        <div className={styles["add"]}>
          <Button size="sm" onClick={() => add()}>
            Write a lesson
          </Button>
          <Button size="sm" onClick={() => add({ medium: "", first: "", last: "" })}>
            Take one from the library
          </Button>
        </div>
        <p className={styles["note"]}>
          Your order holds, except that a lesson comes after the one that teaches what it needs.
        </p>
      </div>
    </Section>
  );
}
