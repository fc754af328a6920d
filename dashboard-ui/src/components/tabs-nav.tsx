import { type ReactNode, useEffect, useRef } from "react";
import styles from "./tabs-nav.module.css";

/** Links between the pages that belong together; the router marks the one that is open. */
export function TabsNav({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const nav = useRef<HTMLElement>(null);
  // Where not all of them fit, the open one is in sight.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && open)
      nav.current.scrollLeft = open.offsetLeft - (nav.current.clientWidth - open.clientWidth) / 2;
  }, []);
  return (
    <nav ref={nav} className={styles["tabs"]} aria-label={label}>
      {children}
    </nav>
  );
}

export const tabClass = styles["tab"] ?? "";
