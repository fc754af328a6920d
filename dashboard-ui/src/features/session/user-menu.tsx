import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { ClockIcon, KeyboardIcon, LockIcon, LogOutIcon, UserIcon } from "@/components/icons";
import { Menu, MenuChoice, MenuItem, MenuNote, MenuSeparator } from "@/components/menu";
import { DEFAULT_TENANT, setPreferences, type Theme, type TimeMode, usePreferences } from "@/lib/preferences";
import { meQuery } from "./session-queries";
import styles from "./user-menu.module.css";

const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const satisfies readonly (readonly [Theme, string])[];

const TIMES = [
  ["local", "Local time"],
  ["utc", "UTC"],
  ["relative", "Relative"],
] as const satisfies readonly (readonly [TimeMode, string])[];

const TIME_SHORT: Record<TimeMode, string> = { local: "Local", utc: "UTC", relative: "Relative" };

interface UserMenuProps {
  readonly onLogOut: () => void;
  readonly onShortcuts: () => void;
  readonly onPassword: () => void;
}

export function UserMenu({ onLogOut, onShortcuts, onPassword }: UserMenuProps) {
  const { data: me } = useQuery(meQuery);
  const { theme } = usePreferences();
  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={`Account: ${me?.name ?? ""}`}>
          <UserIcon />
          <span className={styles["name"]}>{me?.name}</span>
        </Button>
      }
    >
      <MenuNote>
        <strong className={styles["who"]}>{me?.name}</strong>
        {me?.role}
        {me?.tenant !== DEFAULT_TENANT && ` · ${me?.tenant ?? ""}`}
      </MenuNote>
      <MenuSeparator />
      <MenuChoice
        label="Theme"
        value={theme}
        options={THEMES}
        onChange={(next) => setPreferences({ theme: next })}
      />
      <MenuSeparator />
      <MenuItem onSelect={onShortcuts}>
        <KeyboardIcon /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={onPassword}>
        <LockIcon /> Change password
      </MenuItem>
      <MenuItem onSelect={onLogOut}>
        <LogOutIcon /> Log out
      </MenuItem>
    </Menu>
  );
}

export function TimeMenu() {
  const { time } = usePreferences();
  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={`Times: ${TIME_SHORT[time]}`}>
          <ClockIcon />
          <span className={styles["name"]}>{TIME_SHORT[time]}</span>
        </Button>
      }
    >
      <MenuChoice
        label="Show times as"
        value={time}
        options={TIMES}
        onChange={(next) => setPreferences({ time: next })}
      />
    </Menu>
  );
}
