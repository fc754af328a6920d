import { useEffect, useEffectEvent, useState } from "react";

const DEBOUNCE_MS = 250;

/** A text that is typed here and takes effect elsewhere a moment later; a change from elsewhere shows up here. */
export function useDebouncedText(
  value: string,
  onCommit: (value: string) => void,
): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const commit = useEffectEvent(onCommit);

  if (value !== seen) {
    setSeen(value);
    setText(value);
  }

  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => commit(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text, value]);

  return [text, setText];
}
