import { actColumn, RowSub, RowTitle } from "@/components/row-title";
import { StateMark } from "@/components/state-mark";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { UserItem } from "@/lib/model";
import styles from "./people-page.module.css";
import { roleName } from "./people-words";
import { type PersonAct, PersonMenu } from "./person-menu";

const column = (id: string, header: string, cell: Column<UserItem>["cell"]): Column<UserItem> => ({
  id,
  header,
  cell,
  className: styles[id],
});

/** Who there is; nobody does anything about themselves here. */
export function personColumns(
  self: string,
  onAct: (user: UserItem, act: PersonAct) => void,
): readonly Column<UserItem>[] {
  return [
    column("name", "Name", ({ id, name }) => (
      <>
        <RowTitle title={name}>{name}</RowTitle>
        {id === self && <RowSub>You</RowSub>}
      </>
    )),
    column("role", "Role", ({ role }) => roleName(role)),
    column("state", "State", ({ enabled, disabled_at: since }) => (
      <>
        <StateMark look={enabled ? "good" : "idle"}>{enabled ? "May log in" : "Disabled"}</StateMark>
        {!enabled && (
          <RowSub>
            since <Time at={since} />
          </RowSub>
        )}
      </>
    )),
    column("login", "Last log-in", ({ last_login_at: at }) => (
      <>
        <span className={styles["unit"]}>Last log-in </span>
        <Time at={at} />
      </>
    )),
    column("made", "Created", ({ created_at: at }) => <Time at={at} />),
    {
      id: "act",
      header: "Actions",
      cell: (user) => (user.id === self ? null : <PersonMenu user={user} onAct={onAct} />),
      className: actColumn,
    },
  ];
}
