import { buttonClass } from "@/components/button";
import { asRecord } from "@/lib/json";
import { formatBytes } from "@/lib/number";
import styles from "./task-file.module.css";

export interface ResultFile {
  readonly name: string;
  readonly size: number;
  readonly url: string;
  /** A browser can show it. */
  readonly isPage: boolean;
}

/** The file that a task left, as its result names it. */
export function fileOf(result: unknown): ResultFile | undefined {
  const { name, size, url, media_type: type } = asRecord(asRecord(result)["file"]);
  if (typeof name !== "string" || typeof url !== "string" || !url.startsWith("/api/v2/tasks/"))
    return undefined;
  const isPage = typeof type === "string" && type.startsWith("text/html");
  return { name, size: typeof size === "number" ? size : 0, url, isPage };
}

/** Opens the file where a browser can show it, and saves it in any case. */
export function TaskFile({ file: { name, size, url, isPage } }: { readonly file: ResultFile }) {
  return (
    <div className={styles["file"]}>
      {isPage && (
        <a
          className={buttonClass({ size: "sm" })}
          href={`${url}?show=true`}
          target="_blank"
          rel="noreferrer"
          aria-label={`Open ${name}`}
        >
          Open
        </a>
      )}
      <a className={buttonClass({ size: "sm" })} href={url} download={name} aria-label={`Save ${name}`}>
        Save
      </a>
      <span className={styles["name"]} title={name}>
        {name}
      </span>
      <span className={styles["size"]}>{formatBytes(size)}</span>
    </div>
  );
}
