import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { meQuery } from "@/features/session/session-queries";
import { type GivenPassword, may, type UserItem } from "@/lib/model";
import styles from "./people-page.module.css";
import { keysQuery, usersQuery } from "./people-queries";
import { isWantedUser } from "./people-words";
import { personColumns } from "./person-columns";
import {
  AddPerson,
  DisableDialog,
  EnableDialog,
  GivenDialog,
  PasswordDialog,
  RoleDialog,
} from "./person-dialogs";
import type { PersonAct } from "./person-menu";

const keyOf = (user: UserItem): string => user.id;

/** The dialog that is open, and about whom. */
type Open =
  | { readonly act: "given"; readonly given: GivenPassword }
  | { readonly act: PersonAct; readonly user: UserItem };

export interface ListProps {
  /** Text that narrows the list. */
  readonly q: string;
  /** Whether somebody asked for another one. */
  readonly adds: boolean;
  readonly onAdded: () => void;
}

export function PersonList({ q, adds, onAdded }: ListProps) {
  const { data: me } = useQuery(meQuery);
  const list = useQuery(usersQuery);
  const keys = useQuery({ ...keysQuery, enabled: may(me, "keys:manage") });
  const [open, setOpen] = useState<Open | undefined>();
  const self = me?.id ?? "";
  const columns = useMemo(() => personColumns(self, (user, act) => setOpen({ act, user })), [self]);
  const shown = (list.data?.items ?? []).filter((user) => isWantedUser(user, q));
  const close = (): void => setOpen(undefined);
  const show = (given: GivenPassword): void => {
    onAdded();
    setOpen({ act: "given", given });
  };
  return (
    <>
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={4} label="Loading people" />}
        {list.data && shown.length === 0 && <EmptyState title="Nobody matches this" />}
        {shown.length > 0 && (
          <VirtualTable
            label="People"
            rows={shown}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["person"]}
            rowHeight={52}
          />
        )}
      </Panel>
      {adds && <AddPerson onClose={onAdded} onMade={show} />}
      {open?.act === "given" && <GivenDialog given={open.given} onClose={close} />}
      {open?.act === "role" && <RoleDialog user={open.user} onClose={close} />}
      {open?.act === "password" && <PasswordDialog user={open.user} onClose={close} onMade={show} />}
      {open?.act === "disable" && (
        <DisableDialog user={open.user} keys={keys.data?.items ?? []} onClose={close} />
      )}
      {open?.act === "enable" && <EnableDialog user={open.user} onClose={close} />}
    </>
  );
}
