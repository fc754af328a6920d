import styles from "./length-rule.module.css";
import { PASSWORD_MIN, passwordLength } from "./password";

/** How far a new password is from being long enough. */
export function LengthRule({ password }: { readonly password: string }) {
  const length = passwordLength(password);
  const enough = length >= PASSWORD_MIN;
  return (
    <span className={styles["rule"]}>
      <svg className={styles["meter"]} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles["meterTrack"]} width="100" height="4" />
        <rect
          className={enough ? styles["meterFull"] : styles["meterFill"]}
          width={Math.min(100, (length / PASSWORD_MIN) * 100)}
          height="4"
        />
      </svg>
      <span>{enough ? "Long enough" : `${length} of ${PASSWORD_MIN} characters`}</span>
    </span>
  );
}
