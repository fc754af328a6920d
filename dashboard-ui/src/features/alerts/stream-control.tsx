import { useEffect } from "react";
import { Button } from "@/components/button";
import { ArrowUpIcon, PauseIcon, PlayIcon } from "@/components/icons";
import { formatNumber } from "@/lib/number";
import { useShortcut } from "@/lib/shortcuts";
import { useAlertStream, useStreamState } from "./alert-stream";
import styles from "./stream-control.module.css";

/** Pixels from the top from which rows must not move any more. */
const READING = 240;

/** Pause and resume of the live list, with how much waits. */
export function StreamControl() {
  const stream = useAlertStream();
  const { paused, scrolled, waiting } = useStreamState();

  useEffect(() => {
    const look = (): void => {
      if (window.scrollY > READING) stream.hold("scrolled");
      else stream.release("scrolled");
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => {
      window.removeEventListener("scroll", look);
      stream.release("scrolled");
    };
  }, [stream]);

  const toggle = (): void => (paused ? stream.release("paused") : stream.hold("paused"));
  useShortcut("p", toggle);

  const toTop = (): void => {
    stream.release("paused");
    window.scrollTo({ top: 0 });
    stream.release("scrolled");
  };

  return (
    <>
      <Button aria-pressed={paused} onClick={toggle} className={styles["toggle"] ?? ""}>
        {paused ? <PlayIcon /> : <PauseIcon />}
        {paused ? "Resume" : "Pause"}
        {paused && waiting > 0 && <span className={styles["waiting"]}>{formatNumber(waiting)} waiting</span>}
      </Button>
      <span role="status" className="visually-hidden">
        {paused ? "The list is paused." : ""}
      </span>
      {scrolled && !paused && waiting > 0 && (
        <div className={styles["pillPlace"]}>
          <Button look="primary" className={styles["pill"] ?? ""} onClick={toTop}>
            <ArrowUpIcon /> {formatNumber(waiting)} new or changed
          </Button>
        </div>
      )}
    </>
  );
}
