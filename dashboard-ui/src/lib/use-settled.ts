import { useEffect, useEffectEvent, useState } from "react";

const SETTLED_MS = 300;

/** The value, once it has not changed for a moment. Values that look alike as JSON are the same. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  const settle = useEffectEvent((seen: string) => {
    if (JSON.stringify(settled) !== seen) setSettled(value);
  });

  useEffect(() => {
    const timer = setTimeout(() => settle(key), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [key]);

  return settled;
}
