import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Modal } from "@/components/modal";
import { asProblem } from "@/lib/problem";
import { useSettled } from "@/lib/use-settled";
import styles from "./add-rule.module.css";
import { CheckResult } from "./check-result";
import { RuleFiles, readRules, TooLongError } from "./rule-files";
import { addRule, checkQuery, ruleKeys } from "./rule-queries";
import { rulePattern } from "./rule-template";

interface AddRuleProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** A YAML text that is checked while it is written; what fails says where, and a click goes there. */
export function AddRule({ open, onClose }: AddRuleProps) {
  return (
    <Modal title="Add a rule" open={open} onClose={onClose} wide>
      <Editor onDone={onClose} />
    </Modal>
  );
}

function Editor({ onDone }: { readonly onDone: () => void }) {
  const [text, setText] = useState("");
  const [unread, setUnread] = useState("");
  const checked = useSettled(text);
  const area = useRef<HTMLTextAreaElement>(null);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const check = useQuery(checkQuery(checked));
  const add = useMutation({
    mutationFn: addRule,
    onSuccess: (report) => {
      void queryClient.invalidateQueries({ queryKey: ruleKeys.all });
      const [first] = report.rules;
      onDone();
      if (first !== undefined) void navigate({ to: "/rules/$id", params: { id: first } });
    },
  });
  const report = checked.trim() !== "" && checked === text ? check.data : undefined;
  const ready = report !== undefined && report.rules.length > 0 && report.faults.length === 0;

  const read = async (files: readonly File[]): Promise<void> => {
    try {
      setText(await readRules(files));
      setUnread("");
    } catch (error) {
      setUnread(error instanceof TooLongError ? error.message : "The files cannot be read.");
    }
  };
  const drop = (event: DragEvent): void => {
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    void read(files);
  };
  const goTo = (line: number): void => {
    const start = text
      .split("\n")
      .slice(0, line - 1)
      .reduce((sum, each) => sum + each.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (text.split("\n")[line - 1]?.length ?? 0));
  };

  return (
    <form
      className={styles["editor"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) add.mutate(text);
      }}
    >
      <div className={styles["top"]}>
        <label htmlFor="rule-text">Sigma rule as YAML</label>
        <Button size="sm" look="quiet" onClick={() => setText(rulePattern(crypto.randomUUID()))}>
          Start from a pattern
        </Button>
        <RuleFiles onFiles={(files) => void read(files)} />
      </div>
      <textarea
        id="rule-text"
        ref={area}
        className={styles["text"]}
        value={text}
        rows={18}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        placeholder={"title: ...\nlogsource:\n    product: zeek\ndetection:\n    ..."}
        aria-describedby="rule-check"
        onChange={(event) => setText(event.target.value)}
        onDrop={drop}
      />
      <div id="rule-check" className={styles["result"]} role="status">
        {text.trim() === "" && (
          <p className="muted">It is checked while you write. Nothing is kept before you add it.</p>
        )}
        {unread !== "" && <p className={styles["problem"]}>{unread}</p>}
        {text.trim() !== "" && report === undefined && !check.isError && <p className="muted">Checking…</p>}
        {check.isError && <p className={styles["problem"]}>{asProblem(check.error).detail}</p>}
        {report !== undefined && <CheckResult report={report} onGoTo={goTo} />}
        {add.isError && <p className={styles["problem"]}>{asProblem(add.error).detail}</p>}
      </div>
      <div className={styles["actions"]}>
        <p className="muted">It looks at your tenant's events within a second, and at nobody else's.</p>
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" look="primary" disabled={!ready || add.isPending}>
          {add.isPending
            ? "Adding…"
            : (report?.rules.length ?? 0) > 1
              ? `Add ${report?.rules.length} rules`
              : "Add the rule"}
        </Button>
      </div>
    </form>
  );
}
