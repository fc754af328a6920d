/** What an action's input has, read from its JSON Schema and put in words. */
import { asRecord } from "@/lib/json";

export interface InputField {
  readonly name: string;
  /** `whole number, needed`. */
  readonly words: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  object: "object",
};

const EMPTY = new Set(['""', "[]", "{}", "null", undefined]);

/** A part of a schema, or what it refers to among the definitions. */
function resolved(part: unknown, all: Record<string, unknown>): Record<string, unknown> {
  const own = asRecord(part);
  const name = typeof own["$ref"] === "string" ? own["$ref"].split("/").at(-1) : undefined;
  return name === undefined ? own : asRecord(asRecord(all["$defs"])[name]);
}

function kindOf(part: unknown, all: Record<string, unknown>): string {
  const own = resolved(part, all);
  const { enum: values, anyOf: several, type } = own;
  if (Array.isArray(values)) return `one of ${values.map(String).join(", ")}`;
  if (Array.isArray(several))
    return several
      .filter((one) => asRecord(one)["type"] !== "null")
      .map((one) => kindOf(one, all))
      .join(" or ");
  if (type === "array") return `list of ${kindOf(own["items"], all)}`;
  return KINDS[String(type)] ?? "anything";
}

/** The fields of an action's input, those that are needed first. */
export function inputFields(schema: Record<string, unknown>): InputField[] {
  const own = resolved(schema, schema);
  const required = Array.isArray(own["required"]) ? own["required"] : [];
  return Object.entries(asRecord(own["properties"]))
    .map(([name, part]) => {
      const fallback = JSON.stringify(asRecord(part)["default"]);
      const needed = required.includes(name);
      const without = EMPTY.has(fallback) ? "" : `, otherwise ${fallback}`;
      return { name, needed, words: `${kindOf(part, schema)}${needed ? ", needed" : without}` };
    })
    .toSorted((one, other) => Number(other.needed) - Number(one.needed));
}
