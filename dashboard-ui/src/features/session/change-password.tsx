import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastSaid } from "@/components/toaster";
import { asProblem, sentenceOf } from "@/lib/problem";
import styles from "./change-password.module.css";
import { NewPasswordFields, useNewPassword } from "./new-password";
import { PasswordField } from "./password-field";
import { changePassword, meQuery } from "./session-queries";

/** Gives whoever is logged in another password. */
export function ChangePassword({ onClose }: { readonly onClose: () => void }) {
  const { data: me } = useQuery(meQuery);
  const [old, setOld] = useState("");
  const chosen = useNewPassword();

  const attempt = useMutation({
    mutationFn: () => changePassword(old, chosen.password),
    onSuccess: () => {
      toastSaid("Your password is changed");
      onClose();
    },
  });
  const code = attempt.isError ? asProblem(attempt.error).code : "";
  const told = attempt.isError ? sentenceOf(attempt.error) : undefined;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen.check()) attempt.mutate();
  };

  return (
    <Modal title="Change password" open onClose={onClose}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p>You stay logged in here. Wherever else you are logged in, your session ends.</p>
        {/* For password managers: whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={me?.name ?? ""} readOnly hidden />
        <PasswordField
          label="Present password"
          name="old-password"
          autoComplete="current-password"
          required
          value={old}
          onChange={(event) => setOld(event.target.value)}
          error={code === "wrong-password" ? told : undefined}
        />
        <NewPasswordFields
          label="New password"
          chosen={chosen}
          refused={code === "weak-password" ? told : undefined}
        />
        <FormFoot error={code === "wrong-password" || code === "weak-password" ? undefined : told}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={attempt.isPending}>
            {attempt.isPending ? "Changing…" : "Change password"}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
