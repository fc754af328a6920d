import { toastOffer, toastSaid } from "@/components/toaster";
import { fileOf, type ResultFile } from "@/features/tasks/task-file";
import { useAsking } from "./asking";
import { toastFailure } from "./failure";

interface FileRequest {
  readonly action: string;
  readonly payload: object;
  /** What is made, with a capital letter: "The report". */
  readonly what: string;
}

/**
 * Asks for something that leaves a file. Pages are offered to be opened, other files are saved as soon as they are there;
 * both are in the tray of requests meanwhile and afterwards.
 */
export function useFileRequest(): (request: FileRequest) => Promise<void> {
  const { ask } = useAsking();
  return async ({ action, payload, what }) => {
    toastSaid(`${what} is being made`);
    try {
      const file = fileOf(await ask(action, payload));
      if (file !== undefined) hand(what, file);
    } catch (error) {
      toastFailure(`${what} was not made`, error);
    }
  };
}

function hand(what: string, { url, name, isPage }: ResultFile): void {
  if (isPage) {
    toastOffer(`${what} is ready`, "Open", () => window.open(`${url}?show=true`, "_blank", "noopener"));
    return;
  }
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
