import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Section } from "@/components/section";
import { formatBytes, plural } from "@/lib/number";
import styles from "./library.module.css";
import { figuresQuery, libraryKeys } from "./library-queries";
import { refusal } from "./library-words";
import { Unfinished } from "./unfinished";
import { UploadRow } from "./upload-row";
import { uploads } from "./uploads";
import { useFileDrop } from "./use-file-drop";
import { refreshLibrary } from "./use-live-library";

/** Where files are dropped or chosen, and how far those are that are on their way. */
export function UploadPanel() {
  const queryClient = useQueryClient();
  const figures = useQuery(figuresQuery).data;
  const all = useSyncExternalStore(uploads.subscribe, uploads.all);
  const input = useRef<HTMLInputElement>(null);
  const take = useCallback(
    (files: Iterable<File>): void => {
      const known = queryClient.getQueryData(figuresQuery.queryKey);
      uploads.add(files, (file) => refusal(file, known));
    },
    [queryClient],
  );
  const isOver = useFileDrop(take);
  const arrived = all.filter(({ state }) => state === "done").length;
  useEffect(() => {
    if (arrived > 0) void refreshLibrary(queryClient);
  }, [arrived, queryClient]);
  const dismiss = async (id: number): Promise<void> => {
    await uploads.remove(id);
    await queryClient.invalidateQueries({ queryKey: libraryKeys.unfinished });
  };

  return (
    <>
      <div className={classes(styles["drop"], isOver && styles["over"])}>
        <p className={styles["invite"]}>{isOver ? "Let go to upload" : "Drop files anywhere on this page"}</p>
        <Button look="primary" onClick={() => input.current?.click()}>
          Choose files…
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          accept={figures?.formats.map(({ suffix }) => suffix).join(",")}
          onChange={(event) => {
            take([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        {figures && (
          <p className={styles["room"]}>
            Markdown, text, HTML, DOCX, PPTX, PDF, pictures, sound and video with captions beside them.{" "}
            {plural(figures.media, "medium", "media")}, {formatBytes(figures.bytes)} of{" "}
            {formatBytes(figures.most_bytes)} kept.
          </p>
        )}
      </div>
      {all.length > 0 && (
        <Section
          title="Uploads"
          flush
          actions={
            all.some(({ state }) => state === "done" || state === "refused") && (
              <Button size="sm" look="quiet" onClick={() => uploads.tidy()}>
                Clear finished
              </Button>
            )
          }
        >
          <ul className={styles["rows"]} aria-label="Uploads">
            {all.map((one) => (
              <UploadRow key={one.id} upload={one} onRemove={() => void dismiss(one.id)} />
            ))}
          </ul>
        </Section>
      )}
      <Unfinished under={all} />
    </>
  );
}
