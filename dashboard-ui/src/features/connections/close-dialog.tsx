import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { ConnectionItem } from "@/lib/model";
import { isStatus } from "@/lib/problem";
import { closeConnection, connectionsQuery } from "./connection-queries";
import styles from "./connections-page.module.css";

interface CloseDialogProps {
  readonly connection: ConnectionItem;
  readonly onClose: () => void;
}

/** Asks before a connection is closed, and says what that does not do. */
export function CloseDialog({ connection, onClose }: CloseDialogProps) {
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { id, user, client, address } = connection;

  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      await closeConnection(id);
      toastSaid(`Closed the connection of ${user}`);
    } catch (error) {
      if (isStatus(error, 404)) toastSaid("That connection had ended already");
      else toastProblem("The connection was not closed", error);
    }
    void queryClient.invalidateQueries({ queryKey: connectionsQuery.queryKey });
    onClose();
  };

  return (
    <Modal title="Close this connection?" open onClose={onClose}>
      <div className={styles["stack"]}>
        <p>
          <strong>{user}</strong> with {client} from <code>{address}</code>
        </p>
        <p>
          Its tasks go on. The client may come back by itself and goes on where it was; to keep somebody out,
          end their session or revoke the key.
        </p>
        <FormFoot>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} onClick={() => void go()}>
            Close the connection
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
