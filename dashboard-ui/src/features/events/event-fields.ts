/** The columns of a stored event: what people call them, how they are written, and which can be filtered by. */
import { endpoint } from "@/lib/endpoint";
import type { StoredEvent } from "@/lib/model";
import { formatBytes, formatNumber } from "@/lib/number";
import { formatDuration } from "@/lib/time";

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

export type FieldName = Exclude<keyof StoredEvent, "id" | "native" | "raw" | "tenant">;

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

/** Fields whose most frequent values are worth a look, in the order of the list beside the table. */
export const FACETS: readonly Field[] = FIELDS.filter(
  ({ name, kind }) =>
    isFilter(name) &&
    !["bytes", "span", "number"].includes(kind) &&
    name !== "raw_hash" &&
    name !== "connection_uid",
);

/** OCSF 1.x classes that the formats give. */
const CLASSES: Readonly<Record<number, string>> = {
  0: "Other",
  1001: "File system activity",
  1003: "Kernel activity",
  1005: "Module activity",
  1006: "Scheduled job",
  1007: "Process activity",
  2004: "Detection finding",
  3001: "Account change",
  3002: "Authentication",
  3003: "Authorise session",
  3005: "User access",
  3006: "Group management",
  4001: "Network activity",
  4002: "HTTP activity",
  4003: "DNS activity",
  4004: "DHCP activity",
  4005: "RDP activity",
  4006: "SMB activity",
  4007: "SSH activity",
  4008: "FTP activity",
  4009: "Email activity",
  4010: "Network file activity",
  4011: "Email file activity",
  4013: "NTP activity",
  4014: "Tunnel activity",
  6001: "Web resources activity",
  6003: "API activity",
  6005: "Datastore activity",
};

const SEVERITIES = ["Unknown", "Informational", "Low", "Medium", "High", "Critical", "Fatal"];

export const className = (uid: number): string => CLASSES[uid] ?? `Class ${uid}`;
export const severityName = (severity: number): string => SEVERITIES[severity] ?? `Severity ${severity}`;

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

/** One line that tells what the event is about, from what it has. */
export function summaryOf(event: StoredEvent): string {
  const where =
    event.url === "" ? event.domain : event.url.startsWith("/") ? event.domain + event.url : event.url;
  const parts = [
    event.action,
    event.app_protocol || event.protocol,
    where,
    event.user,
    event.src_ip === "" && event.dst_ip === "" ? event.device : "",
  ];
  return parts.filter(Boolean).join(" · ") || event.service || event.category || event.product || "–";
}

export const fromTo = (event: StoredEvent): readonly [string, string] => [
  endpoint(event.src_ip, event.src_port),
  endpoint(event.dst_ip, event.dst_port),
];
