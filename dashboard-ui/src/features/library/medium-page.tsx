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
import { type MediumShown, may } from "@/lib/model";
import { formatBytes, formatNumber } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { ConceptsSection } from "./concepts-section";
import { DeleteDialog } from "./delete-dialog";
import styles from "./library.module.css";
import { figuresQuery, mediumQuery, originalUrl, readAgain, transcribe } from "./library-queries";
import { contents, isRecording, isUnderWay, KIND_NAMES } from "./library-words";
import { MediumState } from "./medium-state";
import { Recording, usePlayer } from "./recording";
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
  return <Found medium={found.data} />;
}

function Found({ medium }: { readonly medium: MediumShown }) {
  const { player, seek } = usePlayer();
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
          {plays(medium) && <Recording medium={medium} player={player} />}
          <TextSection medium={medium} onSeek={plays(medium) ? seek : undefined} />
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

const plays = (medium: MediumShown): boolean => isRecording(medium) && medium.state === "ready";

function factsOf(medium: MediumShown) {
  const { width, height, codec } = medium.facts;
  const beside = isRecording(medium) ? "Captions" : "Recording";
  return [
    ["File", medium.name],
    ["Kind", `${KIND_NAMES[medium.kind]}, ${medium.media_type}`],
    ["Size", formatBytes(medium.size)],
    ...(codec === "" ? [] : [["Codecs", codec] as const]),
    ...(width === 0 ? [] : [["Picture", `${formatNumber(width)} × ${formatNumber(height)} pixels`] as const]),
    ["Holds", contents(medium) || "nothing that was read"],
    ...medium.beside.map(
      ({ id, name }) =>
        [
          beside,
          <Link key={id} to="/library/$medium" params={{ medium: id }}>
            {name}
          </Link>,
        ] as const,
    ),
    ["Added", <Time key="added" at={medium.created_at} />],
    ["SHA-256", <code key="sha256">{medium.sha256}</code>],
  ] as const;
}

function Acts({ medium }: { readonly medium: MediumShown }) {
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
  const heard = useMutation({
    mutationFn: () => transcribe(medium.id),
    onSuccess: () => toastSaid("It is being heard; its captions come beside it"),
    onError: (error) => toastProblem("It is not heard", error),
  });
  const hears = useQuery(figuresQuery).data?.transcriber;
  const canBeHeard = hears !== undefined && hears !== "" && plays(medium) && medium.beside.length === 0;
  return (
    <>
      {medium.state !== "quarantined" && (
        <a className={buttonClass({})} href={originalUrl(medium.id)} download>
          Download
        </a>
      )}
      {may(me, "media:write") && (
        <>
          {canBeHeard && (
            <Button disabled={heard.isPending || heard.isSuccess} onClick={() => heard.mutate()}>
              Transcribe
            </Button>
          )}
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
