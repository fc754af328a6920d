import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { LockIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { meQuery } from "@/features/session/session-queries";
import { type CreatedKey, type KeyItem, may } from "@/lib/model";
import { keyColumns } from "./key-columns";
import { KeyTextDialog, NewKeyDialog, RevokeDialog } from "./key-dialogs";
import styles from "./people-page.module.css";
import { keysQuery, usersQuery } from "./people-queries";
import { isWantedKey, makerOf } from "./people-words";
import type { ListProps } from "./person-list";

const keyOf = (key: KeyItem): string => key.id;

/** Keys that work no more are keys that there were. */
function emptyTitle(q: string, keys: number): string {
  if (q !== "") return "No key matches this";
  return keys === 0 ? "No API key so far" : "No API key is valid now";
}

interface KeyListProps extends ListProps {
  /** Also those that work no more. */
  readonly all: boolean;
}

export function KeyList({ q, all, adds, onAdded }: KeyListProps) {
  const list = useQuery(keysQuery);
  const { data: users } = useQuery({
    ...usersQuery,
    enabled: may(useQuery(meQuery).data, "users:manage"),
  });
  const [made, setMade] = useState<CreatedKey | undefined>();
  const [revoking, setRevoking] = useState<KeyItem | undefined>();
  const keys = list.data?.items;
  const columns = useMemo(
    () => keyColumns((id) => makerOf(id, users?.items ?? [], keys ?? []), setRevoking),
    [users, keys],
  );
  const shown = (keys ?? []).filter((key) => isWantedKey(key, q, all));
  const show = (created: CreatedKey): void => {
    onAdded();
    setMade(created);
  };
  return (
    <>
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={4} label="Loading API keys" />}
        {list.data && shown.length === 0 && (
          <EmptyState title={emptyTitle(q, keys?.length ?? 0)} icon={<LockIcon size={22} />}>
            {q === "" && <p>A program shows a key instead of logging in. Give it only what it needs.</p>}
          </EmptyState>
        )}
        {shown.length > 0 && (
          <VirtualTable
            label="API keys"
            rows={shown}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["key"]}
            rowHeight={56}
          />
        )}
      </Panel>
      {adds && <NewKeyDialog onClose={onAdded} onMade={show} />}
      {made !== undefined && <KeyTextDialog made={made} onClose={() => setMade(undefined)} />}
      {revoking !== undefined && <RevokeDialog item={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}
