import type { ReactNode } from "react";
import { Choice, Field } from "@/components/field";
import styles from "./source-form.module.css";
import type { Option, OptionTexts } from "./source-schema";

interface OptionFieldsProps {
  readonly options: readonly Option[];
  readonly texts: OptionTexts;
  readonly onChange: (name: string, text: string) => void;
}

/** The fields that a kind of source asks for. */
export function OptionFields({ options, texts, onChange }: OptionFieldsProps) {
  return options.map((option) => (
    <OptionField
      key={option.name}
      option={option}
      text={texts[option.name] ?? ""}
      onChange={(text) => onChange(option.name, text)}
    />
  ));
}

interface OptionFieldProps {
  readonly option: Option;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function OptionField({ option, text, onChange }: OptionFieldProps) {
  const { label, hint, kind, required, choices } = option;
  if (kind === "switch") {
    return (
      <label className={styles["switch"]}>
        <input
          type="checkbox"
          checked={text === "true"}
          onChange={(event) => onChange(event.target.checked ? "true" : "")}
        />
        <span>
          {label} <span className={styles["hint"]}>{marked(hint)}</span>
        </span>
      </label>
    );
  }
  if (kind === "list" && choices.length > 0) {
    const chosen = new Set(text.split("\n"));
    const toggle = (choice: string): void =>
      onChange(choices.filter((each) => chosen.has(each) !== (each === choice)).join("\n"));
    return (
      <fieldset className={styles["choices"]}>
        <legend>{label}</legend>
        {choices.map((choice) => (
          <label key={choice}>
            <input type="checkbox" checked={chosen.has(choice)} onChange={() => toggle(choice)} />
            {choice.toUpperCase()}
          </label>
        ))}
      </fieldset>
    );
  }
  if (choices.length > 0) {
    const named = choices.map((choice) => [choice, choice] as const);
    return <Choice label={label} hint={marked(hint)} value={text} options={named} onChange={onChange} />;
  }
  return (
    <Field
      label={label}
      hint={marked(kind === "list" ? `${hint} Several with commas.` : hint)}
      type={kind === "number" ? "number" : "text"}
      required={required}
      spellCheck={false}
      autoComplete="off"
      value={kind === "list" ? text.replaceAll("\n", ", ") : text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What stands in backticks, as the schema has it, as code. */
function marked(hint: string): ReactNode {
  return hint.split("`").map((part, place) => (place % 2 === 1 ? <code key={part}>{part}</code> : part));
}
