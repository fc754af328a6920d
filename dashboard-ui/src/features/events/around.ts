/** From something that happened to the events around it. */
import type { Micros } from "@/lib/model";
import { type EventSearch, rangeSearch } from "./event-search";
import { formatTerms } from "./event-terms";

const AROUND: Micros = 5 * 60_000_000;

interface Who {
  readonly src_ip: string;
  readonly user: string;
  readonly device: string;
}

/** Five minutes before and after, of the same address, else of the same device or user: few events of a host name one. */
export function nearSearch(at: Micros, who: Who): EventSearch {
  const column = (["src_ip", "device", "user"] as const).find((name) => who[name] !== "");
  const { from, to } = rangeSearch(at - AROUND, at + AROUND);
  return {
    from,
    to,
    ...(column !== undefined && { where: formatTerms([{ column, value: who[column], exclude: false }]) }),
  };
}
