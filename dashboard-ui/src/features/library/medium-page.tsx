import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import { toastProblem, toastSaid } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import { type Medium, may } from "@/lib/model";
import { formatBytes } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { ConceptsSection } from "./concepts-section";
import { DeleteDialog } from "./delete-dialog";
import styles from "./library.module.css";
import { mediumQuery, originalUrl, readAgain } from "./library-queries";
import { contents, isUnderWay, KIND_NAMES } from "./library-words";
import { MediumState } from "./medium-state";
import { StepsSection } from "./steps-section";
import { TextSection } from "./text-section";
import { refreshLibrary, useLiveLibrary } from "./use-live-library";

/** One medium: what it is, how it was read, what it says, and what was found in it. */
export function MediumPage() {
  const { medium: id } = useParams({ from: "/app/library/$medium" });
  useLiveLibrary();
  const found = useQuery(mediumQuery(id));
  usePageTitle(found.data ? found.data.title || found.data.name : "Medium");
  if (found.data === undefined)
    return (
      <RecordMissing query={found} noun="medium" why="It was deleted, or it never was in this library.">
        <Link to="/library">All media</Link>
      </RecordMissing>
    );
  const medium = found.data;
  return (
    <>
      <PageHead
        title={medium.title || medium.name}
        back={<Link to="/library">Library</Link>}
        lead={
          <>
            <MediumState medium={medium} />
            {medium.detail !== "" && <p className={styles["why"]}>{medium.detail}</p>}
          </>
        }
        actions={<Acts medium={medium} />}
      />
      <div className={styles["halves"]}>
        <div className={styles["columns"]}>
          <TextSection medium={medium} />
        </div>
        <div className={styles["columns"]}>
          <Section title="What it is">
            <Facts items={factsOf(medium)} />
          </Section>
          <StepsSection medium={medium} />
          <ConceptsSection medium={medium} />
        </div>
      </div>
    </>
  );
}

function factsOf(medium: Medium) {
  return [
    ["File", medium.name],
    ["Kind", `${KIND_NAMES[medium.kind]}, ${medium.media_type}`],
    ["Size", formatBytes(medium.size)],
    ["Holds", contents(medium) || "nothing that was read"],
    ["Added", <Time key="added" at={medium.created_at} />],
    ["SHA-256", <code key="sha256">{medium.sha256}</code>],
  ] as const;
}

function Acts({ medium }: { readonly medium: Medium }) {
  const queryClient = useQueryClient();
  const me = useQuery(meQuery).data;
  const [asks, setAsks] = useState(false);
  const again = useMutation({
    mutationFn: () => readAgain(medium.id),
    onSuccess: () => {
      toastSaid("It is read again");
      void refreshLibrary(queryClient);
    },
    onError: (error) => toastProblem("It is not read again", error),
  });
  return (
    <>
      {medium.state !== "quarantined" && (
        <a className={buttonClass({})} href={originalUrl(medium.id)} download>
          Download
        </a>
      )}
      {may(me, "media:write") && (
        <>
          <Button disabled={again.isPending || isUnderWay(medium)} onClick={() => again.mutate()}>
            Read again
          </Button>
          <Button onClick={() => setAsks(true)}>Delete…</Button>
          {asks && <DeleteDialog medium={medium} onClose={() => setAsks(false)} />}
        </>
      )}
    </>
  );
}
