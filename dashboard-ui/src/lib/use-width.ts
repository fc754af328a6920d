import { type RefObject, useLayoutEffect, useState } from "react";

/** How many pixels an element is wide, now and whenever that changes; `before` until it is known. */
export function useWidth(of: RefObject<HTMLElement | null>, before: number): number {
  const [width, setWidth] = useState(before);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(of.current?.clientWidth || before);
    measure();
    const observer = new ResizeObserver(measure);
    if (of.current !== null) observer.observe(of.current);
    return () => observer.disconnect();
  }, [of, before]);
  return width;
}
