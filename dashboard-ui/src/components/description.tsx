import { classes } from "./classes";
import styles from "./description.module.css";

/** Lines as a text file wraps them are no lines here; an empty one and the mark of a list begin another. */
const WRAPPED = /[^\S\n]*\n[^\S\n]*(?![-*•]\s)/g;

/** What somebody wrote about a thing in a text file: paragraphs and lists, as plain text. */
export function Description({ text }: { readonly text: string }) {
  const paragraphs = text
    .trim()
    .split(/\n[^\S\n]*\n\s*/)
    .map((one) => one.replace(WRAPPED, " "));
  return (
    <div className={classes(styles["description"])}>
      {paragraphs.map((one, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- a text does not change while it is shown
        <p key={at}>{one}</p>
      ))}
    </div>
  );
}
