import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Section } from "@/components/section";

/** A value of the task as JSON. */
export function JsonSection({ title, value }: { readonly title: string; readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <Section title={title} flush actions={<CopyButton text={text} what={`the ${title.toLowerCase()}`} />}>
      <CodeView text={text} language="json" label={`${title} as JSON`} />
    </Section>
  );
}
