import { Fragment } from "react";
import { Modal } from "@/components/modal";
import { setPreferences, usePreferences } from "@/lib/preferences";
import styles from "./shortcut-sheet.module.css";

interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

const GROUPS: readonly (readonly [string, readonly Shortcut[]])[] = [
  [
    "Anywhere",
    [
      { keys: ["g", "a"], does: "Go to the alerts" },
      { keys: ["g", "t"], does: "Go to the threats" },
      { keys: ["g", "e"], does: "Go to the events" },
      { keys: ["g", "s"], does: "Go to the sources" },
      { keys: ["g", "r"], does: "Go to the rules" },
      { keys: ["g", "m"], does: "Go to the models" },
      { keys: ["g", "c"], does: "Go to the academy" },
      { keys: ["g", "p"], does: "Go to practice" },
      { keys: ["g", "o"], does: "Go to the operations: tasks, dead letters, breakers, schedules" },
      { keys: ["?"], does: "Show this sheet" },
    ],
  ],
  [
    "In a list",
    [
      { keys: ["j"], does: "Next row" },
      { keys: ["k"], does: "Previous row" },
      { keys: ["Enter"], does: "Open the row" },
      { keys: ["/"], does: "Search" },
      { keys: ["x"], does: "Select the row, or take it out" },
      { keys: ["p"], does: "Pause or resume live alerts" },
    ],
  ],
  [
    "On rules",
    [
      { keys: ["n"], does: "Add a rule (on the list)" },
      { keys: ["e"], does: "Enable or disable (on a rule)" },
    ],
  ],
  [
    "In the review queue",
    [
      { keys: ["y"], does: "Yes" },
      { keys: ["n"], does: "No" },
      { keys: ["m"], does: "The two are one" },
      { keys: ["s"], does: "Skip" },
      { keys: ["u"], does: "Take the last answer back" },
    ],
  ],
  [
    "On an alert",
    [
      { keys: ["a"], does: "Acknowledge" },
      { keys: ["c"], does: "Close" },
      { keys: ["t"], does: "Call it a true positive" },
      { keys: ["f"], does: "Call it a false positive" },
      { keys: ["b"], does: "Call it benign" },
      { keys: ["m"], does: "Assign it to me" },
      { keys: ["n"], does: "Write a note" },
      { keys: ["s"], does: "Suppress findings like it" },
    ],
  ],
];

interface SheetProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Every shortcut, and the switch that turns them off (WCAG 2.1.4). */
export function ShortcutSheet({ open, onClose }: SheetProps) {
  const { shortcuts } = usePreferences();
  return (
    <Modal title="Keyboard shortcuts" open={open} onClose={onClose}>
      <div className={styles["groups"]}>
        {GROUPS.map(([name, items]) => (
          <section key={name} aria-label={name}>
            <h3 className={styles["name"]}>{name}</h3>
            <dl className={styles["list"]}>
              {items.map(({ keys, does }) => (
                <div key={does}>
                  <dt>
                    {keys.map((key, at) => (
                      <Fragment key={key}>
                        {at > 0 && <span className="muted"> then </span>}
                        <kbd>{key}</kbd>
                      </Fragment>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles["switch"]}>
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) => setPreferences({ shortcuts: event.target.checked })}
        />
        Single keys work as shortcuts
      </label>
    </Modal>
  );
}
