import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { rowLink } from "@/components/row-title";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { meQuery } from "@/features/session/session-queries";
import { type Medium, may } from "@/lib/model";
import { formatBytes } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import styles from "./library.module.css";
import { mediaQuery } from "./library-queries";
import { contents, KIND_NAMES } from "./library-words";
import { MediumState } from "./medium-state";
import { UploadPanel } from "./upload-panel";
import { useLiveLibrary } from "./use-live-library";

/** What there is to learn from: its files, how far each is read, and where more are uploaded. */
export function LibraryPage() {
  usePageTitle("Library");
  useLiveLibrary();
  const me = useQuery(meQuery).data;
  const list = useInfiniteQuery(mediaQuery);
  const media = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <h1 className="visually-hidden">Library</h1>
      <AcademyTabs />
      <div className={styles["columns"]}>
        {may(me, "media:write") && <UploadPanel />}
        {list.isError && (
          <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
        )}
        {list.isPending && <Skeleton rows={5} label="Loading the library" />}
        {list.isSuccess && media.length === 0 && (
          <EmptyState title="The library is empty">
            <p>What is uploaded is read here: its concepts become part of the graph.</p>
          </EmptyState>
        )}
        {media.length > 0 && (
          <Section title="Media" flush>
            <ul className={styles["rows"]} aria-label="Media">
              {media.map((one) => (
                <MediumRow key={one.id} medium={one} />
              ))}
            </ul>
            {list.hasNextPage && (
              <p className={styles["more"]}>
                <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  Show more
                </Button>
              </p>
            )}
          </Section>
        )}
      </div>
    </>
  );
}

function MediumRow({ medium }: { readonly medium: Medium }) {
  const { id, name, title, kind, size, detail } = medium;
  const about = [KIND_NAMES[kind], formatBytes(size), contents(medium)].filter(Boolean).join(" · ");
  return (
    <li className={styles["row"]}>
      <Link to="/library/$medium" params={{ medium: id }} className={rowLink}>
        {title || name}
      </Link>
      <MediumState medium={medium} />
      <p className={styles["below"]}>
        {title !== "" && title !== name && `${name} · `}
        {about} · <Time at={medium.updated_at} />
        {detail !== "" && <span className={styles["why"]}> · {detail}</span>}
      </p>
    </li>
  );
}
