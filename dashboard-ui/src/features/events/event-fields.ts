/** The columns of a stored event: what people call them, how they are written, and which can be filtered by. */
import { endpoint } from "@/lib/endpoint";
import type { StoredEvent } from "@/lib/model";
import { formatBytes, formatNumber } from "@/lib/number";
import { formatDuration } from "@/lib/time";
import { className, severityName } from "./event-classes";

export type FieldKind =
  | "time"
  | "text"
  | "address"
  | "number"
  | "port"
  | "bytes"
  | "span"
  | "class"
  | "severity";

export interface Field {
  readonly name: FieldName;
  readonly label: string;
  readonly kind: FieldKind;
}

export type FieldName = Exclude<keyof StoredEvent, "entity" | "id" | "native" | "raw" | "tenant">;

const field = (name: FieldName, label: string, kind: FieldKind = "text"): Field => ({ name, label, kind });

export const FIELDS: readonly Field[] = [
  field("time", "Time", "time"),
  field("class_uid", "Class", "class"),
  field("severity", "Severity", "severity"),
  field("source", "Source"),
  field("format", "Format"),
  field("src_ip", "Source address", "address"),
  field("src_port", "Source port", "port"),
  field("dst_ip", "Destination address", "address"),
  field("dst_port", "Destination port", "port"),
  field("protocol", "Protocol"),
  field("app_protocol", "Application protocol"),
  field("user", "User"),
  field("device", "Device"),
  field("domain", "Domain"),
  field("url", "URL"),
  field("user_agent", "User agent"),
  field("http_method", "HTTP method"),
  field("http_status", "HTTP status", "port"),
  field("referrer", "Referrer"),
  field("dns_type", "DNS type"),
  field("dns_answer", "DNS answer"),
  field("ja3", "JA3"),
  field("signature", "Signature"),
  field("event_code", "Event code"),
  field("message", "Message"),
  field("process", "Process"),
  field("parent_process", "Parent process"),
  field("command_line", "Command line"),
  field("file", "File"),
  field("file_hash", "Hash of the file"),
  field("src_mac", "Source MAC"),
  field("action", "Action"),
  field("bytes_out", "Bytes out", "bytes"),
  field("bytes_in", "Bytes in", "bytes"),
  field("packets_out", "Packets out", "number"),
  field("packets_in", "Packets in", "number"),
  field("duration_us", "Duration", "span"),
  field("connection_uid", "Connection"),
  field("product", "Product"),
  field("category", "Category"),
  field("service", "Service"),
  field("received_at", "Received", "time"),
  field("raw_hash", "Hash of the line"),
  field("batch", "Batch", "number"),
  field("number", "Number in batch", "number"),
];

const BY_NAME = new Map<string, Field>(FIELDS.map((each) => [each.name, each]));

export const fieldOf = (name: string): Field | undefined => BY_NAME.get(name);
export const labelOf = (name: string): string => BY_NAME.get(name)?.label ?? name;

const UNFILTERED = new Set<string>(["time", "received_at", "batch", "number"]);

/** Whether a search may ask for values of this column. */
export const isFilter = (name: string): boolean => BY_NAME.has(name) && !UNFILTERED.has(name);

/** Columns of which nearly every event has another value. */
const UNIQUE = new Set<string>(["raw_hash", "connection_uid", "message", "referrer", "file_hash"]);

/** Fields whose most frequent values are worth a look, in the order of the list beside the table. */
export const FACETS: readonly Field[] = FIELDS.filter(
  ({ name, kind }) => isFilter(name) && !["bytes", "span", "number"].includes(kind) && !UNIQUE.has(name),
);

/** A value in words; an empty text stays empty. */
export function formatValue(name: string, value: string | number): string {
  const kind = BY_NAME.get(name)?.kind ?? "text";
  if (typeof value === "string") return value;
  if (kind === "class") return className(value);
  if (kind === "severity") return severityName(value);
  if (kind === "bytes") return formatBytes(value);
  if (kind === "span") return formatDuration(value);
  return kind === "port" ? String(value) : formatNumber(value);
}

/** A value that says nothing: the empty text, and the number 0 where it means "unknown". */
export function isEmptyValue(name: string, value: string | number): boolean {
  return value === "" || (value === 0 && !["class_uid", "severity", "number"].includes(name));
}

export const fromTo = (event: StoredEvent): readonly [string, string] => [
  endpoint(event.src_ip, event.src_port),
  endpoint(event.dst_ip, event.dst_port),
];
