import { Button, IconButton } from "@/components/button";
import { Select } from "@/components/field";
import { CloseIcon } from "@/components/icons";
import { Menu, MenuItem, MenuNote } from "@/components/menu";
import type { Match } from "@/lib/model";
import { useRuleTitle } from "./rule-title";
import { type Draft, fieldName, MATCH_CHOICES, NATIVE } from "./scope";
import styles from "./suppress-form.module.css";

interface EditorProps {
  readonly drafts: readonly Draft[];
  readonly proposals: readonly Draft[];
  readonly onChange: (drafts: Draft[]) => void;
}

const HINTS: Record<Match, string> = {
  equals: "",
  startswith: "Several with commas between them: one is enough.",
  cidr: "For example 10.20.0.0/16; several with commas between them.",
};

/** The conditions, all of which must hold. */
export function ConditionsEditor({ drafts, proposals, onChange }: EditorProps) {
  const change = (at: number, changes: Partial<Draft>): void =>
    onChange(drafts.map((draft, index) => (index === at ? { ...draft, ...changes } : draft)));
  const used = new Set(drafts.map(({ field }) => field));
  const free = proposals.filter(({ field }) => !used.has(field));
  return (
    <fieldset className={styles["conditions"]}>
      <legend>Hide findings for which all of this holds</legend>
      {drafts.map((draft, at) => (
        <div key={draft.field} className={styles["condition"]}>
          <span className={styles["field"]} title={draft.field}>
            {fieldName(draft.field)}
          </span>
          <Select
            label={`How ${fieldName(draft.field)} is compared`}
            value={draft.match}
            options={MATCH_CHOICES}
            onChange={(match) => change(at, { match })}
          />
          <input
            className={styles["value"]}
            aria-label={`Value of ${fieldName(draft.field)}`}
            value={draft.text}
            spellCheck={false}
            autoComplete="off"
            title={HINTS[draft.match]}
            onChange={(event) => change(at, { text: event.target.value })}
          />
          <IconButton
            label={`Remove ${fieldName(draft.field)}`}
            onClick={() => onChange(drafts.filter((_, index) => index !== at))}
          >
            <CloseIcon size={14} />
          </IconButton>
          {HINTS[draft.match] !== "" && <span className={styles["hint"]}>{HINTS[draft.match]}</span>}
          {draft.field === "rule_id" && draft.match === "equals" && <RuleHint id={draft.text} />}
        </div>
      ))}
      {drafts.length === 0 && <p className="muted">Without a condition everything would be hidden.</p>}
      <Menu
        align="start"
        trigger={
          <Button size="sm" className={styles["add"] ?? ""} disabled={free.length === 0}>
            Add a condition
          </Button>
        }
      >
        <div className={styles["choices"]}>
          {free.map((draft) => (
            <MenuItem key={draft.field} onSelect={() => onChange([...drafts, draft])}>
              <span className={styles["proposed"]}>{fieldName(draft.field)}</span>
              <span className={styles["example"]}>{draft.text}</span>
            </MenuItem>
          ))}
          {free.some(({ field }) => field.startsWith(NATIVE)) && (
            <MenuNote>The lower ones are fields of the event, as it came.</MenuNote>
          )}
        </div>
      </Menu>
    </fieldset>
  );
}

/** What the rule of this id is called. */
function RuleHint({ id }: { readonly id: string }) {
  const title = useRuleTitle(id);
  return title === undefined ? null : <span className={styles["hint"]}>{title}</span>;
}
