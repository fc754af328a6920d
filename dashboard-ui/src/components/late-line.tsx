import { Button } from "./button";
import { ClockIcon } from "./icons";
import styles from "./late-line.module.css";

interface LateLineProps {
  /** What came lately although it is old. */
  readonly text: string;
  readonly onShow: () => void;
}

/** Above a list that goes by the time of events: that older ones came lately, as from a replay, and the way to them. */
export function LateLine({ text, onShow }: LateLineProps) {
  return (
    <p className={styles["line"]} role="status">
      <span>
        <ClockIcon /> {text}
      </span>
      <Button size="sm" onClick={onShow}>
        Show by arrival
      </Button>
    </p>
  );
}
