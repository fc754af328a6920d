import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { PlusIcon } from "@/components/icons";
import { ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { may, type SourceItem } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { FirstSource } from "./first-source";
import { RejectedLines } from "./rejected-lines";
import { KeyDialog, RemoveDialog, TestDialog } from "./source-dialogs";
import { SourceForm } from "./source-form";
import type { SourceAct } from "./source-menu";
import { freshSourcesQuery } from "./source-queries";
import { SourcesTable } from "./sources-table";

/** The dialog that is open, and about which source. */
type Open = { readonly act: "add" } | { readonly act: SourceAct; readonly source: SourceItem };

export function SourcesPage() {
  usePageTitle("Sources");
  const { rejected } = useSearch({ from: "/app/sources" });
  const navigate = useNavigate({ from: "/sources" });
  const sources = useQuery(freshSourcesQuery);
  const mayChange = may(useQuery(meQuery).data, "sources:write");
  const [open, setOpen] = useState<Open | undefined>();
  const items = sources.data?.items ?? [];
  const show = (name: string | undefined): void =>
    void navigate({ search: name === undefined ? {} : { rejected: name }, resetScroll: false });

  return (
    <>
      <PageHead
        title="Sources"
        lead="Where events come from, and how far they have got."
        actions={
          mayChange && (
            <Button look="primary" onClick={() => setOpen({ act: "add" })}>
              <PlusIcon size={14} /> Add a source
            </Button>
          )
        }
      />
      {sources.isPending && (
        <Panel>
          <Skeleton rows={4} label="Loading sources" />
        </Panel>
      )}
      {sources.isError && !sources.data && (
        <ProblemPanel
          error={sources.error}
          onRetry={() => void sources.refetch()}
          busy={sources.isFetching}
        />
      )}
      {sources.data && items.length === 0 && (
        <Panel>
          <FirstSource />
        </Panel>
      )}
      {items.length > 0 && (
        <SourcesTable
          sources={items}
          mayChange={mayChange}
          onRejected={show}
          onAct={(source, act) => setOpen({ act, source })}
        />
      )}
      {rejected !== undefined && <RejectedLines name={rejected} onClose={() => show(undefined)} />}
      {open !== undefined && <OpenDialog open={open} onOpen={setOpen} />}
    </>
  );
}

/** What was just added is tried out at once; a program that posts needs its key first. */
const after = (source: SourceItem): Open => ({ act: source.kind === "http" ? "key" : "test", source });

interface OpenDialogProps {
  readonly open: Open;
  readonly onOpen: (open: Open | undefined) => void;
}

function OpenDialog({ open, onOpen }: OpenDialogProps) {
  const close = (): void => onOpen(undefined);
  if (open.act === "add" || open.act === "edit") {
    return (
      <SourceForm
        source={open.act === "edit" ? open.source : undefined}
        onClose={close}
        onSaved={(saved, isNew) => onOpen(isNew ? after(saved) : undefined)}
      />
    );
  }
  if (open.act === "test") return <TestDialog source={open.source} onClose={close} />;
  if (open.act === "key") return <KeyDialog source={open.source} onClose={close} />;
  return <RemoveDialog source={open.source} onClose={close} />;
}
