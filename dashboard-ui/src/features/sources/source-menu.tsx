import { useQueryClient } from "@tanstack/react-query";
import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem, MenuSeparator } from "@/components/menu";
import { toastProblem, toastUndo } from "@/components/toaster";
import type { SourceItem } from "@/lib/model";
import { changeSource, refreshSources } from "./source-queries";

export type SourceAct = "test" | "edit" | "key" | "remove";

interface SourceMenuProps {
  readonly source: SourceItem;
  readonly onAct: (act: SourceAct) => void;
}

/** What can be done with a source that was configured here. */
export function SourceMenu({ source, onAct }: SourceMenuProps) {
  const queryClient = useQueryClient();
  const set = async (enabled: boolean, isUndo: boolean): Promise<void> => {
    try {
      await changeSource(source.name, { enabled });
      refreshSources(queryClient);
      if (!isUndo)
        toastUndo(
          source.name,
          `${enabled ? "Enabled" : "Disabled"}: ${source.name}`,
          () => void set(!enabled, true),
        );
    } catch (error) {
      toastProblem("The source was not changed", error);
    }
  };
  const isOurs = source.origin === "api";
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${source.name}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => onAct("test")}>Test</MenuItem>
      {source.kind === "http" && <MenuItem onSelect={() => onAct("key")}>Make a key</MenuItem>}
      {isOurs && <MenuItem onSelect={() => onAct("edit")}>Configure</MenuItem>}
      {isOurs && (
        <MenuItem onSelect={() => void set(!source.enabled, false)}>
          {source.enabled ? "Disable" : "Enable"}
        </MenuItem>
      )}
      {isOurs && <MenuSeparator />}
      {isOurs && <MenuItem onSelect={() => onAct("remove")}>Remove</MenuItem>}
    </Menu>
  );
}
