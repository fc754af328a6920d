/** The options of a kind of source, read from its JSON Schema: what a form needs to ask. */
import { asRecord } from "@/lib/json";

export interface Option {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly kind: "text" | "number" | "switch" | "list";
  readonly required: boolean;
  /** As it stands in the form's field. */
  readonly initial: string;
  /** Of a list: the only values that it takes. */
  readonly choices: readonly string[];
}

/** What was typed: texts, and `true` or `` for switches. */
export type OptionTexts = Readonly<Record<string, string>>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function kindOf(type: unknown): Option["kind"] {
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "switch";
  return type === "array" ? "list" : "text";
}

/** A value as it stands in a field: lists one item a line. */
export function fieldText(value: unknown): string {
  if (value === true) return "true";
  if (value === false || value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join("\n");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function optionsOf(schema: Record<string, unknown>): Option[] {
  // A schema with definitions of its own keeps the object among them.
  const reference = text(schema["$ref"]).split("/").at(-1) ?? "";
  const own = reference === "" ? schema : asRecord(asRecord(schema["$defs"])[reference]);
  const required = Array.isArray(own["required"]) ? own["required"] : [];
  return Object.entries(asRecord(own["properties"])).map(([name, value]): Option => {
    const property = asRecord(value);
    const choices = asRecord(property["items"])["enum"] ?? property["enum"];
    const words = name === "tls" ? "TLS" : name.replaceAll("_", " ");
    return {
      name,
      label: words.charAt(0).toUpperCase() + words.slice(1),
      hint: text(property["description"]),
      kind: kindOf(property["type"]),
      required: required.includes(name),
      initial: fieldText(property["default"]),
      choices: Array.isArray(choices) ? choices.map(String) : [],
    };
  });
}

/** The options as the server takes them; what is empty and not required gets the server's default. */
export function optionValues(options: readonly Option[], texts: OptionTexts): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, kind, required } of options) {
    const typed = (texts[name] ?? "").trim();
    if (kind === "switch") values[name] = typed === "true";
    else if (typed === "" && !required) continue;
    else if (kind === "number") values[name] = Number(typed);
    else if (kind === "list")
      values[name] = typed
        .split(/[\n,]/)
        .map((each) => each.trim())
        .filter(Boolean);
    else values[name] = typed;
  }
  return values;
}
