import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Ask } from "@/components/ask";
import { Command } from "@/components/copy-button";
import { Choice } from "@/components/field";
import { ShownOnce } from "@/components/shown-once";
import { toastSaid } from "@/components/toaster";
import type { Webhook, WebhookSecret } from "@/lib/model";
import styles from "./webhook-form.module.css";
import { deleteWebhook, refreshWebhooks, replayRange, rotateSecret } from "./webhook-queries";
import { shortUrl } from "./webhook-words";

interface DialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

export function DeleteDialog({ webhook, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteWebhook(webhook.id).finally(() => refreshWebhooks(queryClient));
    onClose();
  };
  return (
    <Ask title="Delete this webhook?" go="Delete" onGo={remove} onClose={onClose}>
      <p>
        <code className={styles["url"]}>{shortUrl(webhook.url)}</code> is told of nothing any more, and what
        waits for it is dropped.
      </p>
    </Ask>
  );
}

interface RotateDialogProps extends DialogProps {
  readonly onMade: (made: WebhookSecret) => void;
}

export function RotateDialog({ webhook, onClose, onMade }: RotateDialogProps) {
  const queryClient = useQueryClient();
  const rotate = async (): Promise<void> =>
    onMade(await rotateSecret(webhook.id).finally(() => refreshWebhooks(queryClient)));
  return (
    <Ask title="Rotate the secret?" go="Make a new secret" onGo={rotate} onClose={onClose}>
      <p>
        For a day, messages to <code className={styles["url"]}>{shortUrl(webhook.url)}</code> carry the
        signatures of both secrets. Put the new one in place there within that time.
      </p>
    </Ask>
  );
}

const HOUR_US = 3_600_000_000;
const RANGES = [
  ["1", "the last hour"],
  ["24", "the last 24 hours"],
  ["72", "the last 3 days"],
  ["168", "the last 7 days"],
] as const;

export function ReplayDialog({ webhook, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const [hours, setHours] = useState<(typeof RANGES)[number][0]>("24");
  const replay = async (): Promise<void> => {
    const until = Date.now() * 1_000;
    const {
      replayed,
      added,
      is_complete: whole,
    } = await replayRange(webhook.id, until - Number(hours) * HOUR_US, until).finally(() =>
      refreshWebhooks(queryClient),
    );
    toastSaid(
      `${replayed} tried again, ${added} sent that were missed${whole ? "" : "; there is more: replay again"}`,
    );
    onClose();
  };
  return (
    <Ask title="Replay" keep="Cancel" go="Replay" onGo={replay} onClose={onClose}>
      <p>
        Sends what <code className={styles["url"]}>{shortUrl(webhook.url)}</code> did not take, and what it
        was never sent, such as while it was disabled. What it took is not sent again.
      </p>
      <Choice label="What happened in" value={hours} options={RANGES} onChange={setHours} />
    </Ask>
  );
}

/** The secret of a new webhook, or the new one after a rotation: it is shown this once. */
export function SecretDialog({
  made,
  onClose,
}: {
  readonly made: WebhookSecret;
  readonly onClose: () => void;
}) {
  return (
    <ShownOnce title="The secret of this webhook" onClose={onClose}>
      <p>
        <code className={styles["url"]}>{shortUrl(made.webhook.url)}</code> verifies the signatures of its
        messages with it. It is shown this once, and stored nowhere.
      </p>
      <Command text={made.secret} what="the secret" />
    </ShownOnce>
  );
}
