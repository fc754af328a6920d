import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { rowLink } from "@/components/row-title";
import { Section } from "@/components/section";
import { toastProblem } from "@/components/toaster";
import styles from "./library.module.css";
import { libraryKeys, unfinishedQuery } from "./library-queries";
import { share } from "./library-words";
import { discard, isKept } from "./tus";
import type { Upload } from "./uploads";

/** Uploads of this person that stopped on their way, for example because the page was closed. */
export function Unfinished({ under }: { readonly under: readonly Upload[] }) {
  const queryClient = useQueryClient();
  const found = useQuery(unfinishedQuery).data?.items ?? [];
  const forget = useMutation({
    mutationFn: discard,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: libraryKeys.unfinished }),
    onError: (error) => toastProblem("The upload is still there", error),
  });
  const isUnderWay = (name: string, length: number): boolean =>
    under.some(({ file }) => file.name === name && file.size === length);
  const left = found.filter(
    ({ mine, part, name, length }) => mine && part === "" && !isUnderWay(name, length),
  );
  if (left.length === 0) return null;
  return (
    <Section title="Stopped on their way" flush>
      <ul className={styles["rows"]} aria-label="Stopped on their way">
        {left.map(({ id, name, url, offset, length }) => (
          <li key={id} className={styles["row"]}>
            <span className={rowLink}>{name}</span>
            <span className={styles["acts"]}>
              <Button
                size="sm"
                aria-label={`Discard ${name}`}
                disabled={forget.isPending}
                onClick={() => forget.mutate(url)}
              >
                Discard
              </Button>
            </span>
            <p className={styles["below"]}>
              {share(offset, length)} arrived.{" "}
              {isKept(url)
                ? "Choose the same file again, and it goes on there."
                : "It was begun elsewhere, and goes on there."}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
