import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Cards } from "@/components/cards";
import { Choice, Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import type { SourceItem, SourceShelf } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { OptionFields } from "./option-fields";
import styles from "./source-form.module.css";
import { changeSource, createSource, refreshSources, shelfQuery } from "./source-queries";
import { fieldText, type OptionTexts, optionsOf, optionValues } from "./source-schema";

/** Spans of ports come as lists of two. */
type Shelf = Omit<SourceShelf, "ports"> & { readonly ports: readonly (readonly number[])[] };

interface SourceFormProps {
  /** The source to change; a new one without it. */
  readonly source?: SourceItem | undefined;
  readonly onClose: () => void;
  readonly onSaved: (saved: SourceItem, isNew: boolean) => void;
}

/** Add a source, or configure one otherwise. */
export function SourceForm({ source, onClose, onSaved }: SourceFormProps) {
  const shelf = useQuery(shelfQuery);
  return (
    <Modal
      title={source === undefined ? "Add a source" : `Configure ${source.name}`}
      open
      onClose={onClose}
      wide
    >
      {shelf.isPending && <Skeleton rows={4} label="Loading what can be configured" />}
      {shelf.isError && <ProblemPanel error={shelf.error} onRetry={() => void shelf.refetch()} />}
      {shelf.data && <Form shelf={shelf.data} source={source} onClose={onClose} onSaved={onSaved} />}
    </Modal>
  );
}

export const KIND_NAMES: Readonly<Record<string, string>> = {
  http: "HTTP",
  syslog: "Syslog",
  watch: "Log file",
  folder: "Folder",
  capture: "Packet captures",
  sensor: "WebSocket sensor",
};

function Form({ shelf, source, onClose, onSaved }: SourceFormProps & { readonly shelf: Shelf }) {
  const queryClient = useQueryClient();
  const [kind, setKind] = useState(source?.kind ?? shelf.kinds[0]?.name ?? "");
  const [name, setName] = useState(source?.name ?? "");
  const [format, setFormat] = useState(source?.stated_format ?? "");
  const [typed, setTyped] = useState<OptionTexts>(
    Object.fromEntries(Object.entries(source?.options ?? {}).map(([key, value]) => [key, fieldText(value)])),
  );
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const chosen = shelf.kinds.find((each) => each.name === kind);
  const options = chosen === undefined ? [] : optionsOf(chosen.schema);
  const texts: OptionTexts = {
    ...Object.fromEntries(options.map((each) => [each.name, each.initial])),
    ...typed,
  };

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const values = optionValues(options, texts);
    try {
      const saved = source
        ? await changeSource(source.name, { format, options: values })
        : await createSource({ name: name.trim(), kind, format, options: values });
      refreshSources(queryClient);
      onSaved(saved, source === undefined);
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  };

  return (
    <form className={styles["form"]} onSubmit={(event) => void save(event)}>
      {source === undefined && (
        <Cards
          legend="Kind"
          wide
          value={kind}
          options={shelf.kinds.map(({ name: each, summary }) => [each, KIND_NAMES[each] ?? each, summary])}
          onChange={setKind}
        />
      )}
      {source === undefined && (
        <Field
          label="Name"
          hint="Letters, digits and . _ : -; events and alerts carry it."
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._:\-]*"
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <OptionFields
        options={options}
        texts={texts}
        onChange={(key, text) => setTyped({ ...typed, [key]: text })}
      />
      <Choice
        label="Format"
        value={format}
        options={[["", "Recognise each record"], ...shelf.formats.map((each) => [each, each] as const)]}
        onChange={setFormat}
      />
      <Allowed shelf={shelf} kind={kind} />
      <FormFoot error={error} sticky>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy}>
          {source === undefined ? "Add and start" : "Save"}
        </Button>
      </FormFoot>
    </form>
  );
}

/** What the server's settings let a source of this kind open, said before somebody tries. */
function Allowed({ shelf, kind }: { readonly shelf: Shelf; readonly kind: string }) {
  if (kind === "http" || kind === "sensor") return null;
  const ports = shelf.ports.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
  const text =
    kind === "syslog"
      ? `This server lets sources listen on ${shelf.addresses.join(", ") || "no address"}, ports ${ports || "none"}.`
      : shelf.folders.length > 0
        ? `This server lets sources read in ${shelf.folders.join(", ")}.`
        : "This server lets sources read no folder yet; its operator sets which (NETSENTINEL_SOURCE_FOLDERS).";
  return <p className={styles["hint"]}>{text}</p>;
}
