import { useRef } from "react";
import { Button } from "@/components/button";

/** What the server takes as one text. */
const MAX_CHARACTERS = 512 * 1024;

export class TooLongError extends Error {}

/** The files as one text of several YAML documents, in the order of their names. */
export async function readRules(files: readonly File[]): Promise<string> {
  const sorted = files.toSorted((one, other) => one.name.localeCompare(other.name));
  const size = sorted.reduce((sum, file) => sum + file.size, 0);
  if (size > MAX_CHARACTERS)
    throw new TooLongError("These files are larger than 512 KiB together. Add them in several steps.");
  const texts = await Promise.all(sorted.map((file) => file.text()));
  return texts.map((text) => text.trim().replace(/^---\s*\n/, "")).join("\n---\n");
}

interface RuleFilesProps {
  readonly onFiles: (files: readonly File[]) => void;
}

/** Opens the system's file dialog. Files can be dropped on the text as well. */
export function RuleFiles({ onFiles }: RuleFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="sm" onClick={() => input.current?.click()}>
        From files…
      </Button>
      <input
        ref={input}
        type="file"
        aria-label="Rule files"
        accept=".yml,.yaml"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) onFiles(files);
          event.target.value = "";
        }}
      />
    </>
  );
}
