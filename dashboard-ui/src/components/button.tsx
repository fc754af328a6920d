import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { classes } from "./classes";

interface Look {
  readonly look?: "primary" | "secondary" | "quiet";
  readonly size?: "md" | "sm";
}

type ButtonProps = Omit<ComponentProps<"button">, "className" | "style"> & Look & { className?: string };

/** The class names of a button, for things that look like one but are links. */
export function buttonClass({ look = "secondary", size = "md" }: Look, extra?: string): string {
  return classes(styles["button"], styles[look], size === "sm" && styles["sm"], extra);
}

export function Button({ look, size, className, type = "button", ...rest }: ButtonProps) {
  const name = buttonClass({ ...(look && { look }), ...(size && { size }) }, className);
  // oxlint-disable-next-line react/button-has-type -- it has: the default is "button", and TypeScript knows the rest
  return <button {...rest} type={type} className={name} />;
}

type IconButtonProps = ButtonProps & { readonly label: string; readonly children: ReactNode };

/** A square button with an icon only; `label` is its name and its tooltip. */
export function IconButton({ label, look = "quiet", className, ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      look={look}
      className={classes(styles["icon"], className)}
      aria-label={label}
      title={label}
    />
  );
}
