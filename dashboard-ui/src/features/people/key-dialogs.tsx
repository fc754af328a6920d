import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Ask } from "@/components/ask";
import { Button } from "@/components/button";
import { Cards } from "@/components/cards";
import { Command } from "@/components/copy-button";
import { Choice, Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { Segmented } from "@/components/segmented";
import { ShownOnce } from "@/components/shown-once";
import { toastSaid } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import type { CreatedKey, KeyItem, Role, Scope } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import styles from "./people-form.module.css";
import { createKey, refreshPeople, revokeKey } from "./people-queries";
import { expiryOf, LIFETIMES, ROLES, TIERS } from "./people-words";
import { ScopeFields } from "./scope-fields";

const KINDS = [
  ["scopes", "Only what it needs"],
  ["role", "As much as a role"],
] as const;

interface NewKeyProps {
  readonly onClose: () => void;
  readonly onMade: (made: CreatedKey) => void;
}

export function NewKeyDialog({ onClose, onMade }: NewKeyProps) {
  const queryClient = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<(typeof KINDS)[number][0]>("scopes");
  const [role, setRole] = useState<Role>("viewer");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set());
  const [days, setDays] = useState<(typeof LIFETIMES)[number][0]>("365");
  const [tier, setTier] = useState<(typeof TIERS)[number][0]>("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (kind === "scopes" && scopes.size === 0) return setError("Choose at least one thing that it may do.");
    setBusy(true);
    setError(undefined);
    try {
      const may = kind === "role" ? { role, scopes: [] } : { scopes: [...scopes] };
      onMade(
        await createKey({
          name: name.trim(),
          ...may,
          expires_at: expiryOf(days),
          tier: tier === "" ? null : tier,
        }),
      );
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    refreshPeople(queryClient);
  };
  return (
    <Modal title="Make an API key" open onClose={onClose}>
      <form className={styles["form"]} onSubmit={(event) => void make(event)}>
        <Field
          label="Name"
          required
          maxLength={64}
          autoComplete="off"
          placeholder="edge-sensor"
          hint="What will use it."
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className={styles["may"]}>
          <Segmented legend="What it may do" value={kind} options={KINDS} onChange={setKind} />
          {kind === "role" ? (
            <Cards legend="Role" value={role} options={ROLES} onChange={setRole} />
          ) : (
            <ScopeFields permissions={me?.permissions ?? []} chosen={scopes} onChange={setScopes} />
          )}
        </div>
        <div className={styles["pair"]}>
          <Choice label="Expires" value={days} options={LIFETIMES} onChange={setDays} />
          <Choice label="Tier" value={tier} options={TIERS} onChange={setTier} />
        </div>
        <FormFoot sticky error={error}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || name.trim() === ""}>
            {busy ? "Making…" : "Make the key"}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}

/** The text of a new key: it is shown this once. */
export function KeyTextDialog({
  made: { key, text },
  onClose,
}: {
  readonly made: CreatedKey;
  readonly onClose: () => void;
}) {
  return (
    <ShownOnce title={`The key ${key.name}`} onClose={onClose}>
      <p>It is shown this once, and only its hash is kept. Put it where the program finds it.</p>
      <Command text={text} what="the key" />
      <p className={styles["hint"]}>
        Programs send it as <code>Authorization: Bearer ns_key_…</code>
      </p>
    </ShownOnce>
  );
}

interface RevokeProps {
  readonly item: KeyItem;
  readonly onClose: () => void;
}

export function RevokeDialog({ item, onClose }: RevokeProps) {
  const queryClient = useQueryClient();
  const revoke = async (): Promise<void> => {
    await revokeKey(item.id).finally(() => refreshPeople(queryClient));
    toastSaid(`The key ${item.name} works no more`);
    onClose();
  };
  return (
    <Ask title={`Revoke ${item.name}?`} keep="Cancel" go="Revoke" onGo={revoke} onClose={onClose}>
      <p>
        The next request with <code>{item.hint}…</code> is refused, and live connections that it holds are
        closed. This cannot be undone.
      </p>
    </Ask>
  );
}
