import { MinusIcon, PlusIcon } from "@/components/icons";
import type { Term } from "./event-terms";

interface TermButtonsProps {
  /** The column. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly onTerm: (term: Term) => void;
}

/** Search for events with a value, or without it. */
export function TermButtons({ name, label, value, onTerm }: TermButtonsProps) {
  return (
    <>
      <button
        type="button"
        title="Only events with this value"
        aria-label={`Only this ${label}`}
        onClick={() => onTerm({ column: name, value, exclude: false })}
      >
        <PlusIcon size={13} />
      </button>
      <button
        type="button"
        title="Exclude events with it"
        aria-label={`Without this ${label}`}
        onClick={() => onTerm({ column: name, value, exclude: true })}
      >
        <MinusIcon size={13} />
      </button>
    </>
  );
}
