/** Times for `<input type="datetime-local">`, which knows no zone: in UTC or in the browser's own. */

const pad = (value: number): string => String(value).padStart(2, "0");

/** `2026-11-21T10:00:00` of an ISO time; empty when there is none. */
export function toInput(iso: string, utc: boolean): string {
  const date = new Date(iso);
  if (iso === "" || Number.isNaN(date.getTime())) return "";
  if (utc) return date.toISOString().slice(0, 19);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The ISO time of what was entered; undefined when that is no time. */
export function fromInput(text: string, utc: boolean): string | undefined {
  const date = new Date(utc ? `${text}Z` : text);
  return text === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
