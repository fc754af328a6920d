import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem, MenuSeparator } from "@/components/menu";
import type { UserItem } from "@/lib/model";

export type PersonAct = "role" | "password" | "disable" | "enable";

interface PersonMenuProps {
  readonly user: UserItem;
  readonly onAct: (user: UserItem, act: PersonAct) => void;
}

/** What an administrator may do about somebody else. Each asks before it does it. */
export function PersonMenu({ user, onAct }: PersonMenuProps) {
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${user.name}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => onAct(user, "role")}>Change role…</MenuItem>
      <MenuItem onSelect={() => onAct(user, "password")}>New password…</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => onAct(user, user.enabled ? "disable" : "enable")}>
        {user.enabled ? "Disable…" : "Enable…"}
      </MenuItem>
    </Menu>
  );
}
