import { useEffect } from "react";

/** The tab's title; also what a screen reader hears after a navigation. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · NetSentinel`;
  }, [title]);
}
