import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import { actColumn, RowSub, RowTitle } from "@/components/row-title";
import { StateMark } from "@/components/state-mark";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { KeyItem } from "@/lib/model";
import styles from "./people-page.module.css";
import { mayText } from "./people-words";

const column = (id: string, header: string, cell: Column<KeyItem>["cell"]): Column<KeyItem> => ({
  id,
  header,
  cell,
  className: styles[id],
});

/** Until when a key works, or since when it does not. */
function Ends({ item: { state, expires_at: expires, revoked_at: revoked } }: { readonly item: KeyItem }) {
  if (state === "valid")
    return (
      <>
        <span className={styles["unit"]}>Expires </span>
        <Time at={expires} />
      </>
    );
  return (
    <>
      <StateMark look="idle">{state === "revoked" ? "Revoked" : "Expired"}</StateMark>
      <RowSub>
        <Time at={state === "revoked" ? revoked : expires} />
      </RowSub>
    </>
  );
}

/** Which keys there are; with a menu where one still works. */
export function keyColumns(
  makerOf: (id: string) => string,
  onRevoke: (key: KeyItem) => void,
): readonly Column<KeyItem>[] {
  return [
    column("name", "Name", ({ name, hint }) => (
      <>
        <RowTitle title={name}>{name}</RowTitle>
        <RowSub mono oneLine>
          {hint}…
        </RowSub>
      </>
    )),
    column("may", "May", (key) => (
      <>
        <span className={styles["line"]} title={mayText(key)}>
          {mayText(key)}
        </span>
        {key.source !== "" && <RowSub oneLine>as {key.source}</RowSub>}
      </>
    )),
    column("tier", "Tier", ({ tier, tenant_tier: tenants }) => (
      <>
        <span className={styles["tierName"]}>{tier ?? tenants}</span>
        {tier === null && <RowSub>the tenant's</RowSub>}
      </>
    )),
    column("used", "Last used", ({ last_used_at: at }) => (
      <>
        <span className={styles["unit"]}>Last used </span>
        <Time at={at} />
      </>
    )),
    column("ends", "Expires", (key) => <Ends item={key} />),
    column("maker", "Made by", ({ created_by: by, created_at: at }) => (
      <>
        <span className={styles["line"]} title={makerOf(by)}>
          {makerOf(by)}
        </span>
        <RowSub>
          <Time at={at} />
        </RowSub>
      </>
    )),
    {
      id: "act",
      header: "Actions",
      cell: (key) =>
        key.state === "valid" && (
          <Menu
            trigger={
              <IconButton label={`Actions for ${key.name}`} size="sm">
                <MoreIcon />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => onRevoke(key)}>Revoke…</MenuItem>
          </Menu>
        ),
      className: actColumn,
    },
  ];
}
