import { Link } from "@tanstack/react-router";
import { Button, IconButton } from "@/components/button";
import { classes } from "@/components/classes";
import { CloseIcon } from "@/components/icons";
import { Progress } from "@/components/progress";
import { rowLink } from "@/components/row-title";
import styles from "./library.module.css";
import { share } from "./library-words";
import { type Upload, uploads } from "./uploads";

const CHANGES: Readonly<Record<string, string>> = {
  added: "Arrived",
  replaced: "Arrived, and replaced the older file of this name",
  unchanged: "The library has exactly this file already",
};

interface UploadRowProps {
  readonly upload: Upload;
  readonly onRemove: () => void;
}

/** A file on its way: how far it is, and what can be done about it. */
export function UploadRow({ upload, onRemove }: UploadRowProps) {
  const { id, file, state, sent, why, arrived } = upload;
  const isOver = state === "done" || state === "refused";
  return (
    <li className={styles["row"]}>
      {arrived === null ? (
        <span className={rowLink}>{file.name}</span>
      ) : (
        <Link to="/library/$medium" params={{ medium: arrived.medium }} className={rowLink}>
          {file.name}
        </Link>
      )}
      <span className={styles["acts"]}>
        {(state === "sending" || state === "waiting") && (
          <Button size="sm" aria-label={`Pause ${file.name}`} onClick={() => uploads.pause(id)}>
            Pause
          </Button>
        )}
        {(state === "paused" || state === "failed") && (
          <Button size="sm" aria-label={`Resume ${file.name}`} onClick={() => uploads.resume(id)}>
            {state === "paused" ? "Resume" : "Try again"}
          </Button>
        )}
        <IconButton size="sm" label={`${isOver ? "Dismiss" : "Cancel"} ${file.name}`} onClick={onRemove}>
          <CloseIcon />
        </IconButton>
      </span>
      <div className={styles["below"]}>
        {!isOver && (
          <Progress
            percent={(100 * sent) / Math.max(1, file.size)}
            label={`Upload of ${file.name}`}
            stage={`${share(sent, file.size)}${state === "sending" ? "" : ` · ${state}`}`}
          />
        )}
        {arrived !== null && <span className="muted">{CHANGES[arrived.change] ?? "Arrived"}</span>}
        {why !== "" && (
          <p className={classes(styles["why"])} role="alert">
            {why}
          </p>
        )}
      </div>
    </li>
  );
}
