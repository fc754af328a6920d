import { Link } from "@tanstack/react-router";
import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Reference } from "@/components/reference";
import { Section } from "@/components/section";
import type { RuleText } from "@/lib/model";
import styles from "./rule-section.module.css";

/** The rule behind an alert: known false alarms, references and the text as its author wrote it. */
export function RuleSection({ rule }: { readonly rule: RuleText }) {
  return (
    <Section
      title="The rule"
      actions={rule.source !== "" && <CopyButton text={rule.source} what="the rule" />}
    >
      <div className={styles["name"]}>
        {rule.source === "" ? (
          <strong>{rule.title}</strong>
        ) : (
          <Link to="/rules/$id" params={{ id: rule.rule_id }}>
            <strong>{rule.title}</strong>
          </Link>
        )}
        <Link to="/alerts" search={{ rule: rule.rule_id, status: "all" }}>
          All alerts of this rule
        </Link>
      </div>
      <TextList title="Known false positives" items={rule.false_positives} />
      <TextList title="References" items={rule.references} />
      {rule.source === "" ? (
        <p className="muted">This detector is built in and has no rule file ({rule.rule_id}).</p>
      ) : (
        <CodeView text={rule.source.trimEnd()} language="yaml" label="The rule as YAML" />
      )}
    </Section>
  );
}

function TextList({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <div className={styles["texts"]}>
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item}>
            <Reference text={item} />
          </li>
        ))}
      </ul>
    </div>
  );
}
