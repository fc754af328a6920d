/** What is asked and answered about one source: its test, its key, its end. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Ask } from "@/components/ask";
import { Button } from "@/components/button";
import { Command } from "@/components/copy-button";
import { FormFoot } from "@/components/form-foot";
import { CheckIcon, CloseIcon } from "@/components/icons";
import { Modal } from "@/components/modal";
import { ProblemPanel } from "@/components/notice";
import { ShownOnce } from "@/components/shown-once";
import { Skeleton } from "@/components/skeleton";
import { toastProblem } from "@/components/toaster";
import type { SourceItem, SourceKey } from "@/lib/model";
import styles from "./source-form.module.css";
import { createSourceKey, refreshSources, removeSource, testSource } from "./source-queries";

interface DialogProps {
  readonly source: SourceItem;
  readonly onClose: () => void;
}

export function TestDialog({ source, onClose }: DialogProps) {
  const test = useQuery({
    queryKey: ["source-test", source.name],
    queryFn: () => testSource(source.name),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Modal title={`Test of ${source.name}`} open onClose={onClose}>
      {test.isFetching && <Skeleton rows={2} label="Testing the source" />}
      {!test.isFetching && test.isError && (
        <ProblemPanel error={test.error} onRetry={() => void test.refetch()} />
      )}
      {!test.isFetching && test.data && (
        <div className={styles["stack"]}>
          <p role="status">
            <strong className={styles[test.data.ok ? "ok" : "bad"]}>
              {test.data.ok ? "It works." : "It does not work."}
            </strong>
          </p>
          <ul className={styles["list"]}>
            {test.data.checks.map(({ ok, sentence }) => (
              <li key={sentence}>
                <span className={styles[ok ? "ok" : "bad"]}>{ok ? <CheckIcon /> : <CloseIcon />}</span>
                <span>
                  <span className="visually-hidden">{ok ? "Works: " : "Fails: "}</span>
                  {sentence}
                </span>
              </li>
            ))}
          </ul>
          <FormFoot>
            <Button onClick={() => void test.refetch()}>Test again</Button>
          </FormFoot>
        </div>
      )}
    </Modal>
  );
}

function curlCommand(source: SourceItem, key: string): string {
  const format = source.stated_format === "" ? "" : `&format=${source.stated_format}`;
  return [
    `curl "${globalThis.location.origin}/api/v2/events?source=${source.name}${format}" \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    '  -H "Content-Type: application/x-ndjson" \\',
    "  --data-binary @events.ndjson",
  ].join("\n");
}

/** Makes a key that sends as this source and does nothing else. It is shown this once. */
export function KeyDialog({ source, onClose }: DialogProps) {
  const [key, setKey] = useState<SourceKey | undefined>();
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    try {
      setKey(await createSourceKey(source.name));
    } catch (error) {
      toastProblem("The key was not made", error);
      setBusy(false);
    }
  };
  const title = `Send events to ${source.name}`;
  if (key !== undefined)
    return (
      <ShownOnce title={title} onClose={onClose} wide>
        <p role="status">The key is shown this once. Keep it where the program finds it.</p>
        <Command text={key.text} what="the key" />
        <p>Send a file with it:</p>
        <Command text={curlCommand(source, key.text)} what="the curl command" />
      </ShownOnce>
    );
  return (
    <Modal title={title} open onClose={onClose} wide>
      <div className={styles["stack"]}>
        <p>A key for this source lets a program send events as {source.name}, and do nothing else.</p>
        <FormFoot>
          <Button look="primary" disabled={busy} onClick={() => void make()}>
            Make a key
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}

export function RemoveDialog({ source, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  useEffect(() => () => refreshSources(queryClient), [queryClient]);
  const remove = async (): Promise<void> => {
    await removeSource(source.name);
    onClose();
  };
  return (
    <Ask title={`Remove ${source.name}?`} go="Remove" onGo={remove} onClose={onClose}>
      <p>It stops, its configuration is forgotten, and its keys stop working. What it brought stays.</p>
    </Ask>
  );
}
