/** Numbers as people read them. */

const plain = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const formatNumber = (value: number): string => plain.format(value);
/** `12,345` up to five digits, then `1.2M`. */
export const formatCompact = (value: number): string =>
  value < 100_000 ? plain.format(value) : compact.format(value);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** A share from 0 to 1: `41 %`. */
export const formatPercent = (share: number): string => `${Math.round(share * 100)} %`;

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
