import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { formatBytes } from "@/lib/number";
import { sentenceOf } from "@/lib/problem";
import { modelKeys, tablesQuery, uploadTable } from "./model-queries";

interface TableFieldProps {
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** A table: one that was uploaded, one from this computer, or a path on the server. */
export function TableField({ value, onChange }: TableFieldProps) {
  const queryClient = useQueryClient();
  const known = useId();
  const input = useRef<HTMLInputElement>(null);
  const me = useQuery(meQuery).data;
  const tables = useQuery(tablesQuery).data;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();

  const upload = async (file: File): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      onChange((await uploadTable(file)).path);
    } catch (failure) {
      setError(sentenceOf(failure));
    }
    setBusy(false);
    void queryClient.invalidateQueries({ queryKey: modelKeys.tables });
  };

  const room = tables === undefined ? "" : ` ${formatBytes(tables.quota - tables.used)} are free.`;
  return (
    <>
      <Field
        label="Table"
        hint={`An uploaded one, or the path of a file in a folder that sources may read: CSV, Parquet, NSL-KDD, or a log of flows (Zeek, Suricata, Argus) with a column of labels.${room}`}
        required
        list={known}
        autoComplete="off"
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={known}>
        {tables?.items.map(({ name, path, size }) => (
          <option key={name} value={path}>
            {formatBytes(size)}
          </option>
        ))}
      </datalist>
      {may(me, "sources:write") && (
        <div>
          <Button size="sm" disabled={busy} onClick={() => input.current?.click()}>
            {busy ? "Uploading…" : "Upload from this computer…"}
          </Button>
          <input
            ref={input}
            type="file"
            aria-label="Table to upload"
            accept=".csv,.gz,.zst,.txt,.parquet,.pq,.log,.labeled,.json,.jsonl,.ndjson,.binetflow"
            hidden
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file !== undefined) void upload(file);
              event.target.value = "";
            }}
          />
        </div>
      )}
    </>
  );
}
