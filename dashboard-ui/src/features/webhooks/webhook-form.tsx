import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastSaid } from "@/components/toaster";
import type { Webhook, WebhookSecret } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { EventPicker } from "./event-picker";
import { draftOf } from "./webhook-draft";
import styles from "./webhook-form.module.css";
import { changeWebhook, createWebhook, refreshWebhooks } from "./webhook-queries";

interface WebhookFormProps {
  /** The webhook to change; a new one without it. */
  readonly webhook?: Webhook;
  readonly onClose: () => void;
  /** A new one is there, with the secret that is shown this once. */
  readonly onMade: (made: WebhookSecret) => void;
}

/** Register an endpoint, or state one anew. */
export function WebhookForm({ webhook, onClose, onMade }: WebhookFormProps) {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(() =>
    webhook === undefined
      ? { url: "", events: ["alert.*"], description: "", enabled: true }
      : draftOf(webhook),
  );
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...changes }));

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (draft.events.length === 0) return setError("Choose at least one event.");
    setBusy(true);
    setError(undefined);
    try {
      if (webhook === undefined) {
        onMade(await createWebhook(draft));
      } else {
        await changeWebhook(webhook.id, draft, webhook.version);
        toastSaid("Saved the webhook");
        onClose();
      }
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    refreshWebhooks(queryClient);
  };

  return (
    <Modal title={webhook === undefined ? "Add a webhook" : "Edit the webhook"} open onClose={onClose} wide>
      <form className={styles["form"]} onSubmit={(event) => void save(event)}>
        <Field
          label="URL"
          hint="Each event is a signed POST to it. Redirects are not followed."
          required
          type="url"
          maxLength={2048}
          placeholder="https://example.org/hooks/netsentinel"
          autoComplete="off"
          value={draft.url}
          onChange={(event) => change({ url: event.target.value })}
        />
        <Field
          label="Description"
          hint="For people; may be empty."
          maxLength={500}
          autoComplete="off"
          value={draft.description}
          onChange={(event) => change({ description: event.target.value })}
        />
        <EventPicker events={draft.events} onChange={(events) => change({ events })} />
        <FormFoot error={error} sticky>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy}>
            {webhook === undefined ? "Add the webhook" : "Save"}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
