import { useEffect, useState } from "react";
import { Button } from "./button";
import styles from "./copy-button.module.css";
import { CheckIcon, CopyIcon } from "./icons";

interface CopyProps {
  readonly text: string;
  /** What is copied, for the button's name: "Copy the rule". */
  readonly what: string;
}

type Outcome = "idle" | "copied" | "failed";
const WORDS: Record<Outcome, string> = { idle: "Copy", copied: "Copied", failed: "Not possible" };

export function CopyButton({ text, what }: CopyProps) {
  const [outcome, setOutcome] = useState<Outcome>("idle");

  useEffect(() => {
    if (outcome === "idle") return undefined;
    const timer = setTimeout(() => setOutcome("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async (): Promise<void> => {
    try {
      // Absent where the page came over plain HTTP from another machine.
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };

  return (
    <Button look="quiet" size="sm" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      {outcome === "copied" ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{WORDS[outcome]}</span>
    </Button>
  );
}

/** One command or snippet, ready to be copied. */
export function Command({ text, what }: CopyProps) {
  return (
    <div className={styles["command"]}>
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
