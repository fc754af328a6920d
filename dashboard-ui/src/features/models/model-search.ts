/** Which models; all of it lives in the address. */
export interface ModelSearch {
  readonly line?: string;
  /** Only those that judge. */
  readonly which?: "judging";
}

export function parseModelSearch({ line, which }: Record<string, unknown>): ModelSearch {
  return {
    ...(typeof line === "string" && line !== "" && { line }),
    ...(which === "judging" && { which: "judging" as const }),
  };
}
