/** What happened, in one line: the same in the list of events and around an alert. The command line says the same. */
import type { StoredEvent } from "@/lib/model";

/** Log sources whose class does not say which event it is: a class holds many of a Windows log. */
const MANY_KINDS = new Set(["windows", "linux/sysmon"]);

/** What events are about that have no column for it, in the words of Windows logs: the first that is stated. */
const OBJECTS = [
  "TargetImage",
  "TargetObject",
  "PipeName",
  "RelativeTargetName",
  "ShareName",
  "ObjectName",
  "ServiceName",
  "TaskName",
  "ScriptBlockText",
];
const MOST_OBJECT = 200;

/** One line that tells what the event is about, from what it has. */
export function summaryOf(event: StoredEvent): string {
  const said = [
    event.action,
    event.app_protocol || event.protocol,
    requestOf(event),
    event.signature,
    event.command_line || event.process || event.file,
    event.command_line === "" && event.process !== "" ? event.file : "",
    objectOf(event),
    event.user,
  ].filter(Boolean);
  const parts = [
    isNamed(event) ? kindOf(event) : "",
    ...(said.length > 0 ? said : [event.message]),
    event.src_ip === "" && event.dst_ip === "" ? event.device : "",
  ];
  return [...new Set(parts.filter(Boolean))].join(" · ") || kindOf(event) || "–";
}

const isNamed = ({ class_uid, product, service }: StoredEvent): boolean =>
  class_uid === 0 || MANY_KINDS.has(product) || MANY_KINDS.has(`${product}/${service}`);

/** `GET example.org/a 404`: what was asked for, and how that was answered. */
function requestOf({ url, domain, http_method: method, http_status: status }: StoredEvent): string {
  const where = url === "" ? domain : url.startsWith("/") ? domain + url : url;
  return [method, where, status === 0 ? "" : String(status)].filter(Boolean).join(" ");
}

function objectOf({ native }: StoredEvent): string {
  const named = OBJECTS.map((name) => native[name]);
  const said = named.find((value) => typeof value === "string" && value !== "" && value !== "-");
  if (typeof said !== "string") return "";
  const by = native["SourceImage"];
  const object = said.replaceAll(/\s+/g, " ").slice(0, MOST_OBJECT);
  return typeof by === "string" && said === native["TargetImage"] ? `${by} → ${object}` : object;
}

/** What sort of record it is, in the words of its log: `process creation`, `security 5145`. */
function kindOf({ category, service, product, event_code: code }: StoredEvent): string {
  return category === ""
    ? [...new Set([service || product, code])].filter(Boolean).join(" ")
    : category.replaceAll("_", " ");
}
