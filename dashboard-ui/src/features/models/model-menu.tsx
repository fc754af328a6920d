import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import type { Model } from "@/lib/model";
import { actName, actsOn, isDecision, type ModelAct } from "./model-words";

interface ModelMenuProps {
  readonly model: Model;
  readonly mayPromote: boolean;
  /** Asked before it is done. */
  readonly onAct: (model: Model, act: ModelAct) => void;
}

/** What somebody may do about a model; nothing where nothing can be done. */
export function ModelMenu({ model, mayPromote, onAct }: ModelMenuProps) {
  const acts = actsOn(model).filter((act) => mayPromote || !isDecision(act));
  if (acts.length === 0) return null;
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${model.name}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      {acts.map((act) => (
        <MenuItem key={act} onSelect={() => onAct(model, act)}>
          {actName(act, model)}
        </MenuItem>
      ))}
    </Menu>
  );
}
