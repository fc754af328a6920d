/** How each kind of question is answered: the platform's own controls, so that keys and screen readers work. */
import { IconButton } from "@/components/button";
import { Select } from "@/components/field";
import { ChevronDownIcon, ChevronUpIcon } from "@/components/icons";
import type { PosedQuestion } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import styles from "./practice.module.css";
import type { Given } from "./practice-queries";

interface FieldsProps {
  readonly question: PosedQuestion;
  readonly given: Given;
  readonly onChange: (given: Given) => void;
}

export function AnswerFields(props: FieldsProps) {
  const { kind, fields } = props.question;
  if (fields.length > 0) return <Pairs {...props} />;
  if (kind === "short" || kind === "numeric") return <Typed {...props} />;
  return kind === "ordering" ? <Order {...props} /> : <Options {...props} />;
}

/** Whether there is enough to send. */
export function isComplete(question: PosedQuestion, given: Given): boolean {
  if (question.fields.length > 0) return question.fields.every(({ name }) => given.pairs[name]);
  if (question.kind === "short" || question.kind === "numeric") return given.text.trim() !== "";
  return given.chosen.length > 0;
}

function Options({ question, given, onChange }: FieldsProps) {
  const several = question.kind === "multiple";
  const pick = (option: string): void => {
    const others = given.chosen.filter((one) => one !== option);
    const added = several && others.length < given.chosen.length ? others : [...others, option];
    onChange({ ...given, chosen: several ? added : [option] });
  };
  return (
    <fieldset className={styles["options"]}>
      <legend className={styles["legend"]}>{several ? "Choose all that apply" : "Choose one"}</legend>
      {question.options.map((option, at) => (
        <label key={option} className={styles["option"]}>
          <input
            type={several ? "checkbox" : "radio"}
            name="answer"
            checked={given.chosen.includes(option)}
            onChange={() => pick(option)}
          />
          <span className={styles["optionText"]}>{option}</span>
          <NumberKey at={at} onPick={() => pick(option)} />
        </label>
      ))}
    </fieldset>
  );
}

/** The key that picks an option; it needs no mouse. */
function NumberKey({ at, onPick }: { readonly at: number; readonly onPick: () => void }) {
  useShortcut(String(at + 1), onPick, at < 9);
  return at < 9 ? (
    <kbd className={styles["key"]} aria-hidden="true">
      {at + 1}
    </kbd>
  ) : null;
}

function Typed({ question, given, onChange }: FieldsProps) {
  const hint = question.unit ? `A number in ${question.unit}` : "A number";
  return (
    <label className={styles["typed"]}>
      <span className={styles["legend"]}>{question.kind === "numeric" ? hint : "A word or a few"}</span>
      <input
        className={styles["input"]}
        value={given.text}
        maxLength={400}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...(question.kind === "numeric" && { inputMode: "decimal" as const })}
        onChange={(event) => onChange({ ...given, text: event.target.value })}
      />
    </label>
  );
}

function Order({ question, given, onChange }: FieldsProps) {
  const items = given.chosen.length > 0 ? given.chosen : question.options;
  const move = (at: number, by: number): void => {
    const next = [...items];
    const [one] = next.splice(at, 1);
    if (one !== undefined) next.splice(at + by, 0, one);
    onChange({ ...given, chosen: next });
  };
  return (
    <fieldset className={styles["options"]}>
      <legend className={styles["legend"]}>Put them in order, the first at the top</legend>
      <ol className={styles["order"]}>
        {items.map((item, at) => (
          <li key={item} className={styles["option"]}>
            <span className={styles["place"]}>{at + 1}</span>
            <span className={styles["optionText"]}>{item}</span>
            <IconButton label={`Move up: ${item}`} disabled={at === 0} onClick={() => move(at, -1)}>
              <ChevronUpIcon />
            </IconButton>
            <IconButton
              label={`Move down: ${item}`}
              disabled={at === items.length - 1}
              onClick={() => move(at, 1)}
            >
              <ChevronDownIcon />
            </IconButton>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}

function Pairs({ question, given, onChange }: FieldsProps) {
  return (
    <fieldset className={styles["options"]}>
      <legend className={styles["legend"]}>Choose what belongs to each</legend>
      {question.fields.map(({ name, options }) => (
        <div key={name} className={styles["pair"]}>
          <span className={styles["optionText"]}>{name}</span>
          <Select
            label={name}
            value={given.pairs[name] ?? ""}
            options={[["", "Choose…"], ...options.map((one) => [one, one] as const)]}
            onChange={(value) => onChange({ ...given, pairs: { ...given.pairs, [name]: value } })}
          />
        </div>
      ))}
    </fieldset>
  );
}
