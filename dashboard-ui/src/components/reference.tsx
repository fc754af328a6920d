/** What a rule's author refers to. It comes from rule files: only what is plainly an address of the web leads there. */
export function Reference({ text }: { readonly text: string }) {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return text;
  return (
    <a href={text} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}
