import { useQuery } from "@tanstack/react-query";
import { packsQuery } from "./rule-queries";
import styles from "./rules-page.module.css";

/** The added packs whose rules are not in force, and why; nothing while all are. */
export function PackTroubles() {
  const { data: packs } = useQuery(packsQuery);
  const troubled = (packs?.items ?? []).filter((pack) => pack.trouble);
  if (troubled.length === 0) return null;
  return (
    <ul className={styles["troubles"]} aria-label="Packs that are not in force">
      {troubled.map((pack) => (
        <li key={pack.id}>
          <strong>The pack {pack.name} is not in force.</strong> {pack.trouble}
        </li>
      ))}
    </ul>
  );
}
