import { useInfiniteQuery } from "@tanstack/react-query";
import { modelListQuery } from "./model-queries";
import styles from "./models-page.module.css";

/** What has to be installed on the server before models can be trained and judge; nothing where nothing has to. */
export function MissingNote() {
  const missing = useInfiniteQuery(modelListQuery({})).data?.pages[0]?.missing ?? "";
  if (missing === "") return null;
  return (
    <p className={styles["missing"]} role="status">
      No models can be trained or judge on this server yet. {missing}, then start it anew.
    </p>
  );
}
