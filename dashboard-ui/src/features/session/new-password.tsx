import { useState } from "react";
import { LengthRule } from "./length-rule";
import { passwordFault } from "./password";
import { PasswordField } from "./password-field";

/** A password that is chosen, and typed twice. */
export interface NewPassword {
  readonly password: string;
  readonly repeated: string;
  readonly faults: { readonly password?: string; readonly repeated?: string };
  readonly type: (password: string) => void;
  readonly repeat: (repeated: string) => void;
  /** Whether both are fit to be sent; from now on what is not is said beside the fields. */
  readonly check: () => boolean;
}

export function useNewPassword(): NewPassword {
  const [password, type] = useState("");
  const [repeated, repeat] = useState("");
  const [checked, setChecked] = useState(false);
  const found = passwordFault(password, repeated);
  const check = (): boolean => {
    setChecked(true);
    return Object.keys(found).length === 0;
  };
  return { password, repeated, faults: checked ? found : {}, type, repeat, check };
}

interface Props {
  readonly label: string;
  readonly chosen: NewPassword;
  /** What the server says of it. */
  readonly refused?: string | undefined;
}

export function NewPasswordFields({ label, chosen, refused }: Props) {
  return (
    <>
      <PasswordField
        label={label}
        name="password"
        autoComplete="new-password"
        required
        value={chosen.password}
        onChange={(event) => chosen.type(event.target.value)}
        error={chosen.faults.password ?? refused}
        hint={<LengthRule password={chosen.password} />}
      />
      <PasswordField
        label={`${label} again`}
        name="repeated"
        autoComplete="new-password"
        required
        value={chosen.repeated}
        onChange={(event) => chosen.repeat(event.target.value)}
        error={chosen.faults.repeated}
      />
    </>
  );
}
