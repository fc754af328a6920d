import { useQueryClient } from "@tanstack/react-query";
import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem, MenuSeparator } from "@/components/menu";
import { toastProblem, toastSaid, toastUndo } from "@/components/toaster";
import type { Webhook } from "@/lib/model";
import { draftOf } from "./webhook-draft";
import { changeWebhook, refreshWebhooks, testWebhook } from "./webhook-queries";
import { shortUrl } from "./webhook-words";

export type WebhookAct = "edit" | "rotate" | "replay" | "delete";

interface WebhookMenuProps {
  readonly webhook: Webhook;
  readonly onAct: (webhook: Webhook, act: WebhookAct) => void;
}

/** What a person may do about a webhook. */
export function WebhookMenu({ webhook, onAct }: WebhookMenuProps) {
  const queryClient = useQueryClient();
  const { id, url, enabled } = webhook;

  const test = async (): Promise<void> => {
    try {
      const { delivery } = await testWebhook(id);
      if (delivery.state === "delivered") toastSaid(`The test was taken: ${delivery.status}`);
      else toastProblem("The test was not taken", new Error(delivery.error));
    } catch (error) {
      toastProblem("The test was not sent", error);
    }
    refreshWebhooks(queryClient);
  };

  const enable = async (on: boolean, version: number, isUndo: boolean): Promise<void> => {
    try {
      const changed = await changeWebhook(id, { ...draftOf(webhook), enabled: on }, version);
      const said = `${on ? "Enabled" : "Disabled"}: ${shortUrl(url)}`;
      if (!isUndo) toastUndo(id, said, () => void enable(!on, changed.version, true));
    } catch (error) {
      toastProblem("The webhook was not changed", error);
    }
    refreshWebhooks(queryClient);
  };

  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${shortUrl(url)}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => void test()}>Send a test</MenuItem>
      <MenuItem onSelect={() => void enable(!enabled, webhook.version, false)}>
        {enabled ? "Disable" : "Enable"}
      </MenuItem>
      <MenuItem onSelect={() => onAct(webhook, "replay")}>Replay…</MenuItem>
      <MenuItem onSelect={() => onAct(webhook, "edit")}>Edit</MenuItem>
      <MenuItem onSelect={() => onAct(webhook, "rotate")}>Rotate the secret</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => onAct(webhook, "delete")}>Delete</MenuItem>
    </Menu>
  );
}
