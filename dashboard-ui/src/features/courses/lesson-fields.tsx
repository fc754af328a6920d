import { useId, useState } from "react";
import { Field } from "@/components/field";
import { Section } from "@/components/section";
import { Segmented } from "@/components/segmented";
import { TextArea } from "@/components/text-area";
import { LessonText } from "@/features/learn/lesson-text";
import { type LessonForm, withName } from "./draft-form";
import styles from "./editor.module.css";
import { SectionFields } from "./section-fields";

interface FieldsProps {
  readonly lesson: LessonForm;
  readonly number: number;
  /** Slug of the course, for links between lessons. */
  readonly course: string;
  readonly onChange: (changes: Partial<LessonForm>) => void;
}

/** One lesson: what it is called, what it teaches and needs, and its text or where in a medium that is. */
export function LessonFields({ lesson, number, course, onChange }: FieldsProps) {
  const { section } = lesson;
  return (
    <Section title={`Lesson ${number}`}>
      <div className={styles["named"]}>
        <Field
          label="Title of the lesson"
          maxLength={120}
          autoComplete="off"
          value={lesson.title}
          onChange={(event) => onChange({ title: event.target.value })}
        />
        <Field
          label="Minutes"
          type="number"
          min={1}
          max={240}
          value={lesson.minutes}
          onChange={(event) => onChange({ minutes: Number(event.target.value) || 1 })}
        />
      </div>
      <Field
        label="Teaches"
        hint="Concepts by their names, with commas. New ones come into the graph."
        placeholder="Port scan"
        autoComplete="off"
        value={lesson.teaches}
        onChange={(event) => onChange({ teaches: event.target.value })}
      />
      <div className={styles["pair"]}>
        <Field
          label="Needs"
          hint="Concepts that must be known before."
          placeholder="Port, Network flow"
          autoComplete="off"
          value={lesson.requires}
          onChange={(event) => onChange({ requires: event.target.value })}
        />
        <Field
          label="ATT&CK techniques"
          hint="Their alerts lead here."
          placeholder="T1046"
          autoComplete="off"
          value={lesson.techniques}
          onChange={(event) => onChange({ techniques: event.target.value })}
        />
      </div>
      {section === undefined ? (
        <Text
          text={lesson.text}
          title={lesson.title}
          course={course}
          onChange={(text) => onChange({ text })}
        />
      ) : (
        <SectionFields
          section={section}
          teaches={lesson.teaches}
          onChange={(changes) => onChange({ section: { ...section, ...changes } })}
          onTitle={(title) => lesson.title === "" && onChange({ title })}
          onTeach={(name) => onChange({ teaches: withName(lesson.teaches, name) })}
        />
      )}
    </Section>
  );
}

const SIDES = [
  ["write", "Write"],
  ["read", "Read"],
] as const;

interface TextProps {
  readonly text: string;
  readonly title: string;
  readonly course: string;
  readonly onChange: (text: string) => void;
}

/** Markdown, and how learners will see it. */
function Text({ text, title, course, onChange }: TextProps) {
  const [side, setSide] = useState<(typeof SIDES)[number][0]>("write");
  const id = useId();
  return (
    <>
      <div className={styles["sides"]}>
        <Segmented legend="Text" value={side} options={SIDES} onChange={setSide} />
      </div>
      {side === "write" ? (
        <TextArea
          label="Text in Markdown"
          rows={18}
          maxLength={100_000}
          value={text}
          hint="Headings, lists, tables, code, quotations and links. No HTML, no pictures. [Scans](04-scans.md) leads to a lesson of this course."
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <section className={styles["preview"]} aria-labelledby={id}>
          <h3 id={id} className="visually-hidden">
            As learners see it
          </h3>
          {text.trim() === "" ? (
            <p className="muted">Nothing is written yet.</p>
          ) : (
            <LessonText text={text} title={title} course={course} />
          )}
        </section>
      )}
    </>
  );
}
