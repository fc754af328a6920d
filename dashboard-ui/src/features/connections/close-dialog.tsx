import { useQueryClient } from "@tanstack/react-query";
import { Ask } from "@/components/ask";
import { toastSaid } from "@/components/toaster";
import type { ConnectionItem } from "@/lib/model";
import { isStatus } from "@/lib/problem";
import { closeConnection, connectionsQuery } from "./connection-queries";

interface CloseDialogProps {
  readonly connection: ConnectionItem;
  readonly onClose: () => void;
}

/** Asks before a connection is closed, and says what that does not do. */
export function CloseDialog({ connection, onClose }: CloseDialogProps) {
  const queryClient = useQueryClient();
  const { id, user, client, address } = connection;

  const go = async (): Promise<void> => {
    try {
      await closeConnection(id);
      toastSaid(`Closed the connection of ${user}`);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      toastSaid("That connection had ended already");
    } finally {
      void queryClient.invalidateQueries({ queryKey: connectionsQuery.queryKey });
    }
    onClose();
  };

  return (
    <Ask title="Close this connection?" go="Close the connection" onGo={go} onClose={onClose}>
      <p>
        <strong>{user}</strong> with {client} from <code>{address}</code>
      </p>
      <p>
        Its tasks go on. The client may come back by itself and goes on where it was; to keep somebody out,
        end their session or revoke the key.
      </p>
    </Ask>
  );
}
