import { RowSub } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { TaskItem } from "@/lib/model";
import styles from "./dead-letters-page.module.css";
import { TaskName } from "./task-columns";
import { asSentence, faultText } from "./task-now";
import { reasonText } from "./task-states";

const column = (id: string, header: string, cell: Column<TaskItem>["cell"]): Column<TaskItem> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Fault({ letter }: { readonly letter: TaskItem }) {
  const text = faultText(letter) || asSentence(reasonText(letter.reason));
  return (
    <>
      <span className={styles["text"]} title={text}>
        {text}
      </span>
      <RowSub oneLine>
        {[letter.error_code, letter.fault, reasonText(letter.reason)].filter(Boolean).join(" · ")}
      </RowSub>
    </>
  );
}

function Standing({ letter }: { readonly letter: TaskItem }) {
  if (letter.resolved_at === null) return <span className={styles["open"]}>Unresolved</span>;
  return (
    <>
      <span>Resolved</span>
      <RowSub oneLine title={letter.resolution}>
        {letter.resolution}
      </RowSub>
    </>
  );
}

export interface Choice {
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (id: string) => void;
}

function Choose({ letter, choice }: { readonly letter: TaskItem; readonly choice: Choice }) {
  if (letter.resolved_at !== null) return null;
  return (
    <label className={styles["box"]}>
      <input
        type="checkbox"
        aria-label={`Select ${letter.action} ${letter.id}`}
        checked={choice.chosen.has(letter.id)}
        onChange={() => choice.onChoose(letter.id)}
      />
    </label>
  );
}

const COLUMNS: readonly Column<TaskItem>[] = [
  column("letter", "Task", (letter) => <TaskName task={letter} />),
  column("fault", "What went wrong", (letter) => <Fault letter={letter} />),
  column("tries", "Attempts", (letter) => <span>{letter.attempt}</span>),
  column("ended", "Gave up", (letter) => <Time at={letter.ended_at ?? letter.updated_at} />),
  column("standing", "State", (letter) => <Standing letter={letter} />),
];

/** With boxes for those who may handle dead letters. */
export function deadLetterColumns(choice: Choice | undefined): readonly Column<TaskItem>[] {
  if (choice === undefined) return COLUMNS;
  return [column("choose", "Select", (letter) => <Choose letter={letter} choice={choice} />), ...COLUMNS];
}
