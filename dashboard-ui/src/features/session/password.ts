/** The one rule for passwords: long enough (NIST SP 800-63B-4: 15 characters without a second factor). */

export const PASSWORD_MIN = 15;

/** Characters as people count them: a family emoji is one, not seven. */
export function passwordLength(password: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(password.normalize("NFC"))]
    .length;
}

/** What is wrong with it, or undefined. */
export function passwordFault(password: string, repeated: string): { password?: string; repeated?: string } {
  const length = passwordLength(password);
  if (length < PASSWORD_MIN) {
    return { password: `${PASSWORD_MIN - length} more to go: at least ${PASSWORD_MIN} characters.` };
  }
  return password === repeated ? {} : { repeated: "The two passwords are not the same." };
}
