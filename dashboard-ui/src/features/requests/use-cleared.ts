import { useState } from "react";
import type { Micros } from "@/lib/model";
import { nowMicros } from "@/lib/time";

const KEY = "netsentinel.requests-cleared";

function read(): Micros {
  try {
    return Number(localStorage.getItem(KEY) ?? 0) || 0;
  } catch {
    return 0; // storage is blocked
  }
}

/** Up to when ended requests are out of sight, in this browser; and how to move that to now. */
export function useCleared(): [cleared: Micros, clear: () => void] {
  const [cleared, setCleared] = useState(read);
  const clear = (): void => {
    const now = nowMicros();
    setCleared(now);
    try {
      localStorage.setItem(KEY, String(now));
    } catch {
      // It then holds as long as the page.
    }
  };
  return [cleared, clear];
}
