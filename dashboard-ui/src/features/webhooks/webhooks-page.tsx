import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "@/components/button";
import { PlusIcon, SendIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type Webhook, type WebhookSecret } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { useLiveWebhooks } from "./use-live-webhooks";
import { webhookColumns } from "./webhook-columns";
import { DeleteDialog, ReplayDialog, RotateDialog, SecretDialog } from "./webhook-dialogs";
import { WebhookDrawer } from "./webhook-drawer";
import { WebhookForm } from "./webhook-form";
import type { WebhookAct } from "./webhook-menu";
import { webhooksQuery } from "./webhook-queries";
import styles from "./webhooks-page.module.css";

const keyOf = (webhook: Webhook): string => webhook.id;

/** The dialog that is open, and about which webhook. */
type Open =
  | { readonly act: "add" }
  | { readonly act: "secret"; readonly made: WebhookSecret }
  | { readonly act: WebhookAct; readonly webhook: Webhook };

export function WebhooksPage() {
  usePageTitle("Webhooks");
  useLiveWebhooks();
  const { webhook: shown } = useSearch({ from: "/app/webhooks" });
  const navigate = useNavigate({ from: "/webhooks" });
  const list = useQuery(webhooksQuery);
  const mayChange = may(useQuery(meQuery).data, "webhooks:write");
  const [open, setOpen] = useState<Open | undefined>();
  const columns = useMemo(
    () => webhookColumns(mayChange ? (webhook, act) => setOpen({ act, webhook }) : undefined),
    [mayChange],
  );
  const webhooks = list.data?.items ?? [];
  const close = (): void => setOpen(undefined);
  const showSecret = (made: WebhookSecret): void => setOpen({ act: "secret", made });

  return (
    <>
      <h1 className="visually-hidden">Webhooks</h1>
      <OperationsTabs />
      {mayChange && (
        <div className={styles["bar"]}>
          <Button look="primary" onClick={() => setOpen({ act: "add" })}>
            <PlusIcon size={14} /> Add a webhook
          </Button>
        </div>
      )}
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={5} label="Loading webhooks" />}
        {list.data && webhooks.length === 0 && (
          <EmptyState title="No webhook so far" icon={<SendIcon size={22} />}>
            <p>A webhook tells another program what happens here: each event is one signed POST.</p>
          </EmptyState>
        )}
        {webhooks.length > 0 && (
          <VirtualTable
            label="Webhooks"
            rows={webhooks}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={52}
          />
        )}
      </Panel>
      {shown !== undefined && (
        <WebhookDrawer
          key={shown}
          id={shown}
          mayChange={mayChange}
          onClose={() => void navigate({ search: {}, resetScroll: false })}
        />
      )}
      {open?.act === "add" && <WebhookForm onClose={close} onMade={showSecret} />}
      {open?.act === "secret" && <SecretDialog made={open.made} onClose={close} />}
      {open?.act === "edit" && <WebhookForm webhook={open.webhook} onClose={close} onMade={showSecret} />}
      {open?.act === "rotate" && <RotateDialog webhook={open.webhook} onClose={close} onMade={showSecret} />}
      {open?.act === "replay" && <ReplayDialog webhook={open.webhook} onClose={close} />}
      {open?.act === "delete" && <DeleteDialog webhook={open.webhook} onClose={close} />}
    </>
  );
}
