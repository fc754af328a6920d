/** What is asked about one person, and the password that somebody begins with. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Ask } from "@/components/ask";
import { Button } from "@/components/button";
import { Cards } from "@/components/cards";
import { Command } from "@/components/copy-button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { ShownOnce } from "@/components/shown-once";
import { toastSaid } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import type { GivenPassword, KeyItem, Role, UserItem } from "@/lib/model";
import { plural } from "@/lib/number";
import { DEFAULT_TENANT } from "@/lib/preferences";
import { sentenceOf } from "@/lib/problem";
import styles from "./people-form.module.css";
import { changeUser, createUser, givePassword, refreshPeople } from "./people-queries";
import { keysMadeBy, ROLES, roleName } from "./people-words";

interface DialogProps {
  readonly user: UserItem;
  readonly onClose: () => void;
}

interface AddPersonProps {
  readonly onClose: () => void;
  readonly onMade: (made: GivenPassword) => void;
}

export function AddPerson({ onClose, onMade }: AddPersonProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("analyst");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onMade(await createUser(name.trim(), role));
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    refreshPeople(queryClient);
  };
  return (
    <Modal title="Add a person" open onClose={onClose}>
      <form className={styles["form"]} onSubmit={(event) => void add(event)}>
        <Field
          label="Name to log in with"
          required
          maxLength={64}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="Letters, digits, and . _ @ -"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={error}
        />
        <Cards legend="Role" value={role} options={ROLES} onChange={setRole} />
        <FormFoot sticky>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || name.trim() === ""}>
            {busy ? "Adding…" : "Add"}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}

export function RoleDialog({ user, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const [role, setRole] = useState<Role>(user.role);
  const change = async (): Promise<void> => {
    await changeUser(user.id, { role }).finally(() => refreshPeople(queryClient));
    if (role !== user.role) toastSaid(`${user.name}: ${roleName(role)}`);
    onClose();
  };
  return (
    <Ask title={`Role of ${user.name}`} keep="Cancel" go="Change role" onGo={change} onClose={onClose}>
      <Cards legend={`What ${user.name} may do`} value={role} options={ROLES} onChange={setRole} />
      <p className={styles["hint"]}>With another role {user.name} has to log in again, everywhere.</p>
    </Ask>
  );
}

export function PasswordDialog({
  user,
  onClose,
  onMade,
}: DialogProps & { readonly onMade: (made: GivenPassword) => void }) {
  const queryClient = useQueryClient();
  const give = async (): Promise<void> =>
    onMade(await givePassword(user.id).finally(() => refreshPeople(queryClient)));
  return (
    <Ask
      title={`New password for ${user.name}?`}
      keep="Cancel"
      go="Make a new password"
      onGo={give}
      onClose={onClose}
    >
      <p>
        The password of before stops working, and {user.name} is logged out everywhere.
        {!user.enabled && ` ${user.name} stays disabled.`}
      </p>
    </Ask>
  );
}

export function DisableDialog({ user, keys, onClose }: DialogProps & { readonly keys: readonly KeyItem[] }) {
  const queryClient = useQueryClient();
  const left = keysMadeBy(user.id, keys);
  const disable = async (): Promise<void> => {
    await changeUser(user.id, { enabled: false }).finally(() => refreshPeople(queryClient));
    toastSaid(`${user.name} can no longer log in`);
    onClose();
  };
  return (
    <Ask title={`Disable ${user.name}?`} keep="Cancel" go="Disable" onGo={disable} onClose={onClose}>
      <p>
        {user.name} is logged out everywhere and can no longer log in. Earlier decisions stay under that name.
      </p>
      {left.length > 0 && (
        <p>
          {plural(left.length, "API key")} that {user.name} made {left.length === 1 ? "works" : "work"} on:{" "}
          {left.map(({ name }) => name).join(", ")}. Revoke what is not needed any more.
        </p>
      )}
    </Ask>
  );
}

export function EnableDialog({ user, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const enable = async (): Promise<void> => {
    await changeUser(user.id, { enabled: true }).finally(() => refreshPeople(queryClient));
    toastSaid(`${user.name} may log in again`);
    onClose();
  };
  return (
    <Ask title={`Enable ${user.name}?`} keep="Cancel" go="Enable" onGo={enable} onClose={onClose}>
      <p>
        {user.name} may log in again as {roleName(user.role).toLowerCase()}, with the password of before.
        Where others may know it, make a new one first.
      </p>
    </Ask>
  );
}

interface GivenDialogProps {
  readonly given: GivenPassword;
  readonly onClose: () => void;
}

/** A password to begin with: it is shown this once. */
export function GivenDialog({ given: { user, password }, onClose }: GivenDialogProps) {
  const { data: me } = useQuery(meQuery);
  const tenant = me?.tenant ?? DEFAULT_TENANT;
  const place = tenant === DEFAULT_TENANT ? "/login" : `/login?tenant=${tenant}`;
  return (
    <ShownOnce title={`Password of ${user.name}`} onClose={onClose}>
      <p>
        {user.name} logs in with it. It is shown this once, and kept nowhere: hand it over on a way that
        nobody else reads.
      </p>
      <div className={styles["given"]}>
        <span>Password</span>
        <Command text={password} what="the password" />
        <span>Where to log in</span>
        <Command text={`${globalThis.location.origin}${place}`} what="the address" />
      </div>
      <p className={styles["hint"]}>
        Until it is changed you know it, too. Ask {user.name} for another one after the first log-in: the menu
        with the name, <strong>Change password</strong>.
      </p>
    </ShownOnce>
  );
}
