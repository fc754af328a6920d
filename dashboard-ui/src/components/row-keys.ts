import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useShortcut } from "@/lib/shortcuts";

const rowOf = (element: Element | null): HTMLElement | null => element?.closest("tr[data-index]") ?? null;

function focusRow(table: HTMLElement, index: number): boolean {
  const link = table.querySelector<HTMLElement>(`tr[data-index="${index}"] a[data-row-link]`);
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
  return link !== null;
}

/** `j` and `k` move the focus from row to row (Enter then follows the focused row's link). */
export function useRowKeys(
  table: RefObject<HTMLElement | null>,
  count: number,
  scrollTo: (index: number) => void,
): void {
  const focused = useRef<HTMLElement | null>(null);

  const move = (step: number): void => {
    if (table.current === null || count === 0) return;
    const row = rowOf(document.activeElement);
    const from = row !== null && table.current.contains(row) ? Number(row.dataset["index"]) : -1;
    const index = Math.min(count - 1, Math.max(0, from + step));
    if (focusRow(table.current, index)) return;
    scrollTo(index);
    requestAnimationFrame(() => table.current && focusRow(table.current, index));
  };
  useShortcut("j", () => move(1));
  useShortcut("k", () => move(-1));

  useEffect(() => {
    const element = table.current;
    const remember = (event: FocusEvent): void => {
      focused.current = event.target instanceof HTMLElement ? event.target : null;
    };
    const forget = (): void => {
      focused.current = null; // a click elsewhere is on purpose
    };
    element?.addEventListener("focusin", remember);
    document.addEventListener("pointerdown", forget);
    return () => {
      element?.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget);
    };
  }, [table]);

  // A live update may move the row that has the focus; browsers drop the focus of a moved element.
  useLayoutEffect(() => {
    if (document.activeElement === document.body && focused.current?.isConnected === true) {
      focused.current.focus({ preventScroll: true });
    }
  });
}
