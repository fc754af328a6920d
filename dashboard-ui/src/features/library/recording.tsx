import { type ReactNode, type RefCallback, useCallback, useRef } from "react";
import { Section } from "@/components/section";
import type { MediumShown } from "@/lib/model";
import styles from "./library.module.css";
import { originalUrl } from "./library-queries";

/** Plays a recording; where there are captions for browsers, they can be switched on. */
export function Recording({
  medium,
  player,
}: {
  readonly medium: MediumShown;
  readonly player: RefCallback<HTMLMediaElement>;
}) {
  const captions = medium.beside.filter(({ name }) => name.toLowerCase().endsWith(".vtt"));
  const shared = {
    ref: player,
    controls: true,
    preload: "metadata",
    src: originalUrl(medium.id),
    className: styles["player"],
    "aria-label": medium.title || medium.name,
    children: captions.map(({ id, name }) => (
      <track key={id} kind="captions" src={originalUrl(id)} label={name} />
    )),
  } as const;
  return (
    <Section title="Recording">
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- its captions are in what both share */}
      {medium.kind === "audio" ? <audio {...shared} /> : <video {...shared} />}
    </Section>
  );
}

/** The player of a page, and what has it go to a moment. */
export function usePlayer() {
  const shown = useRef<HTMLMediaElement>(null);
  const player = useCallback((element: HTMLMediaElement | null): void => {
    shown.current = element;
  }, []);
  const seek = (ms: number): void => {
    if (shown.current === null) return;
    shown.current.currentTime = ms / 1_000;
    void shown.current.play();
  };
  return { player, seek };
}

/** A moment of a recording, that can be gone to where there is a player. */
export function Moment({
  children,
  onSeek,
}: {
  readonly children: ReactNode;
  readonly onSeek: (() => void) | undefined;
}) {
  if (onSeek === undefined) return <span className={styles["place"]}>{children}</span>;
  return (
    <button type="button" className={styles["moment"]} onClick={onSeek}>
      {children}
    </button>
  );
}
