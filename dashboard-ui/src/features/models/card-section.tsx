import { CopyButton } from "@/components/copy-button";
import { Section } from "@/components/section";
import { type CardPart, partsOf } from "./card-text";
import styles from "./model-page.module.css";

/** The model's card: what it is for, what it was made from, where it fails. */
export function CardSection({ card }: { readonly card: string }) {
  if (card === "") return null;
  return (
    <Section title="Model card" actions={<CopyButton text={card} what="the card as Markdown" />}>
      <div className={styles["card"]}>
        {partsOf(card).map((part) => (
          <Part key={part.at} part={part} />
        ))}
      </div>
    </Section>
  );
}

function Part({ part }: { readonly part: CardPart }) {
  if (part.kind === "heading") return <h3>{part.text}</h3>;
  if (part.kind === "text") return <p>{part.text}</p>;
  const [head, ...rows] = part.rows;
  return (
    <table>
      <thead>
        <tr>
          {head?.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name = "", ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell) => (
              <td key={cell}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
