import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ask } from "@/components/ask";
import { toastSaid } from "@/components/toaster";
import type { Medium, MediumConcepts } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./library.module.css";
import { conceptsQuery, deleteMedium } from "./library-queries";
import { isRecording } from "./library-words";
import { refreshLibrary } from "./use-live-library";

interface DeleteDialogProps {
  readonly medium: Medium;
  readonly onClose: () => void;
}

/** Ask before a medium is deleted, and say what goes with it. */
export function DeleteDialog({ medium, onClose }: DeleteDialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const concepts = useQuery(conceptsQuery(medium.id)).data;
  const remove = async (): Promise<void> => {
    await deleteMedium(medium.id);
    toastSaid(`${medium.name} is deleted`);
    await navigate({ to: "/library" });
    void refreshLibrary(queryClient);
  };
  return (
    <Ask title={`Delete ${medium.name}?`} go="Delete it" onGo={remove} onClose={onClose}>
      <p>
        {isRecording(medium)
          ? "The recording goes; captions beside it stay, with everything that they state in the graph."
          : "The file and its text go, and with them everything that it states in the graph."}
      </p>
      {concepts && concepts.total > 0 && (
        <ul className={styles["goes"]}>
          {goes(concepts, medium.prerequisites).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <p>This cannot be taken back; uploading the file again finds the same.</p>
    </Ask>
  );
}

/** What leaves the graph, and what stays. */
function goes({ total, only_here: only }: MediumConcepts, prerequisites: number): string[] {
  const stay = total - only;
  const lines = [
    only > 0 &&
      `${plural(only, "concept")} that nothing else states ${only === 1 ? "leaves" : "leave"} the graph`,
    stay > 0 && `${plural(stay, "concept")} that others state too ${stay === 1 ? "stays" : "stay"}`,
    prerequisites > 0 && `its word for ${plural(prerequisites, "prerequisite")} goes`,
  ];
  return lines.filter((line) => line !== false);
}
