import { type ComponentProps, useState } from "react";
import { IconButton } from "@/components/button";
import { Field } from "@/components/field";
import { EyeIcon } from "@/components/icons";

type PasswordFieldProps = Omit<ComponentProps<typeof Field>, "type" | "after">;

/** A password input that can be looked at; pasting is welcome. */
export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      spellCheck={false}
      autoCapitalize="off"
      after={
        <IconButton
          size="sm"
          label={`${shown ? "Hide" : "Show"}: ${props.label}`}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          <EyeIcon />
        </IconButton>
      }
    />
  );
}
