import { useQuery } from "@tanstack/react-query";
import { CopyButton } from "@/components/copy-button";
import { Modal } from "@/components/modal";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import type { RejectedLine } from "@/lib/model";
import styles from "./rejected-lines.module.css";
import { rejectedQuery } from "./source-queries";

interface RejectedProps {
  readonly name: string;
  readonly onClose: () => void;
}

/** The newest lines of a source that could not be read, each with the reason. */
export function RejectedLines({ name, onClose }: RejectedProps) {
  const rejected = useQuery(rejectedQuery(name));
  return (
    <Modal title={`Rejected lines of ${name}`} open onClose={onClose} wide>
      {rejected.isPending && <Skeleton rows={4} label="Loading rejected lines" />}
      {rejected.isError && (
        <ProblemPanel
          error={rejected.error}
          onRetry={() => void rejected.refetch()}
          busy={rejected.isFetching}
        />
      )}
      {rejected.data?.items.length === 0 && <EmptyState title="No rejected line is kept" />}
      <ul className={styles["list"]}>
        {rejected.data?.items.map((line, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- equal lines may come at the same time
          <Line key={`${line.at} ${index}`} line={line} />
        ))}
      </ul>
    </Modal>
  );
}

function Line({ line: { at, line, reason } }: { readonly line: RejectedLine }) {
  return (
    <li className={styles["line"]}>
      <div className={styles["head"]}>
        <strong>{reason}</strong>
        <span className={styles["when"]}>
          <Time at={at} />
        </span>
        <CopyButton text={line} what="the line" />
      </div>
      <pre className={styles["text"]}>{line}</pre>
    </li>
  );
}
