import { useEffect, useEffectEvent, useRef, useState } from "react";
import { IconButton } from "@/components/button";
import { MinusIcon, PlusIcon, RetryIcon } from "@/components/icons";
import type { GraphMap } from "@/lib/model";
import type { Drawing } from "./drawing";
import styles from "./graph-canvas.module.css";
import type { Kind } from "./kinds";
import { begin, remember, settle } from "./layout";

interface CanvasProps {
  readonly map: GraphMap;
  readonly focus: string | undefined;
  readonly hidden: ReadonlySet<Kind>;
  readonly onPick: (id: string | undefined) => void;
}

/** The graph as a picture. Everything that it can do, the list beside it can do too. */
export function GraphCanvas({ map, focus, hidden, onPick }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const [failed, setFailed] = useState(false);
  const pick = useEffectEvent(onPick);
  const show = useEffectEvent(() => drawing.current?.show(focus, hidden));

  useEffect(() => {
    let stop = (): void => undefined;
    let gone = false;
    const start = async (): Promise<void> => {
      const { draw } = await import("./drawing");
      if (gone || box.current === null) return;
      const task = begin(map);
      const made = draw(box.current, map, task.positions, (id) => pick(id));
      drawing.current = made;
      show();
      const halt = settle(task, (positions, last) => {
        made.move(positions);
        if (last) remember(map, positions);
      });
      const theme = new MutationObserver(() => made.recolour());
      theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      stop = () => {
        halt();
        theme.disconnect();
        made.kill();
        drawing.current = undefined;
      };
    };
    start().catch(() => setFailed(true));
    return () => {
      gone = true;
      stop();
    };
  }, [map]);

  useEffect(() => {
    drawing.current?.show(focus, hidden);
  }, [focus, hidden]);

  if (failed) return <p className="muted">This browser cannot draw the graph. The list shows all of it.</p>;
  return (
    <div className={styles["frame"]}>
      <div ref={box} className={styles["canvas"]} aria-hidden="true" />
      <div className={styles["zoom"]}>
        <IconButton label="Zoom in" look="secondary" size="sm" onClick={() => drawing.current?.zoom("in")}>
          <PlusIcon />
        </IconButton>
        <IconButton label="Zoom out" look="secondary" size="sm" onClick={() => drawing.current?.zoom("out")}>
          <MinusIcon />
        </IconButton>
        <IconButton label="Show all" look="secondary" size="sm" onClick={() => drawing.current?.zoom("all")}>
          <RetryIcon />
        </IconButton>
      </div>
    </div>
  );
}
