import { type StateLook, StateMark } from "@/components/state-mark";
import type { Medium, MediumState as State } from "@/lib/model";
import styles from "./library.module.css";
import { isUnderWay, STAGE_NAMES, STATE_NAMES, stepsOf } from "./library-words";

const LOOKS: Readonly<Record<State, StateLook>> = {
  kept: "waits",
  reading: "busy",
  ready: "good",
  failed: "bad",
  quarantined: "bad",
};

/** Where a medium is: read or not, and while it is read, in which step. */
export function MediumState({ medium }: { readonly medium: Medium }) {
  const { done, all } = stepsOf(medium);
  const now = medium.stages.at(-1);
  return (
    <span className={styles["standing"]}>
      <StateMark look={LOOKS[medium.state]}>{STATE_NAMES[medium.state]}</StateMark>
      {isUnderWay(medium) && medium.state === "reading" && now !== undefined && (
        <>
          <progress
            className={styles["bar"]}
            max={all}
            value={done}
            aria-label={`Steps of ${medium.name} that are done`}
          />
          <span className="muted">
            {done + 1} of {all}: {STAGE_NAMES[now.stage]}
          </span>
        </>
      )}
    </span>
  );
}
