import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { CodeView } from "@/components/code-view";
import { ProblemPanel } from "@/components/notice";
import { Facts } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { toastProblem, toastSaid } from "@/components/toaster";
import { indented } from "@/lib/json";
import type { DeliveryTry, Webhook } from "@/lib/model";
import { formatDuration } from "@/lib/time";
import { deliveryQuery, refreshWebhooks, replayDelivery } from "./webhook-queries";
import { deliveryText } from "./webhook-words";
import styles from "./webhooks-page.module.css";

interface DeliveryViewProps {
  readonly webhook: Webhook;
  readonly id: string;
  readonly onBack: () => void;
}

/** One delivery: the message, and every attempt with its request and its answer. */
export function DeliveryView({ webhook, id, onBack }: DeliveryViewProps) {
  const queryClient = useQueryClient();
  const whole = useQuery(deliveryQuery(webhook.id, id));
  const [busy, setBusy] = useState(false);
  const delivery = whole.data?.delivery;

  const replay = async (): Promise<void> => {
    setBusy(true);
    try {
      await replayDelivery(webhook.id, id);
      toastSaid("The message is sent again");
    } catch (error) {
      toastProblem("The message was not sent again", error);
    }
    setBusy(false);
    refreshWebhooks(queryClient);
  };

  return (
    <>
      <div className={styles["tools"]}>
        <Button size="sm" onClick={onBack}>
          Back to the deliveries
        </Button>
        {delivery !== undefined && delivery.state !== "pending" && (
          <Button size="sm" disabled={busy || !webhook.enabled} onClick={() => void replay()}>
            Replay
          </Button>
        )}
      </div>
      {whole.isPending && <Skeleton rows={6} label="Loading the delivery" />}
      {whole.isError && !whole.data && (
        <ProblemPanel error={whole.error} onRetry={() => void whole.refetch()} />
      )}
      {whole.data && delivery !== undefined && (
        <>
          <Facts
            items={[
              ["Event", <code key="event">{delivery.event}</code>],
              ["Outcome", deliveryText(delivery)],
              ["Message id", <code key="id">{delivery.id}</code>],
              ["Made", <Time key="made" at={delivery.created_at} full />],
              ...(delivery.task_id === ""
                ? []
                : [
                    [
                      "Task",
                      <Link
                        key="task"
                        to="/tasks/$id"
                        params={{ id: delivery.task_id }}
                        className={styles["task"]}
                      >
                        {delivery.task_id}
                      </Link>,
                    ] as const,
                  ]),
            ]}
          />
          <section aria-labelledby="delivery-message">
            <h3 id="delivery-message" className={styles["heading"]}>
              Message
            </h3>
            <CodeView text={indented(whole.data.body)} language="json" label="The message" />
          </section>
          <section aria-labelledby="delivery-attempts">
            <h3 id="delivery-attempts" className={styles["heading"]}>
              {whole.data.attempts.length === 0 ? "No attempt so far" : "Attempts"}
            </h3>
            <ol className={styles["attempts"]} aria-label="Attempts, newest first">
              {whole.data.attempts.toReversed().map((attempt) => (
                <Attempt key={attempt.number} attempt={attempt} />
              ))}
            </ol>
          </section>
        </>
      )}
    </>
  );
}

function Attempt({ attempt }: { readonly attempt: DeliveryTry }) {
  const { number, status, error, took, at, response_body: body } = attempt;
  return (
    <li className={styles["attempt"]}>
      <div className={styles["attemptHead"]}>
        <strong>{number}.</strong>
        <span className={classes(error !== "" && styles["bad"])}>
          {error === "" ? `The endpoint answered ${status}.` : error}
        </span>
        <span className="muted">
          {formatDuration(took)}, <Time at={at} />
        </span>
      </div>
      <details>
        <summary>Request and answer</summary>
        <Headers title="Request" headers={attempt.request_headers} />
        {status !== 0 && <Headers title="Answer" headers={attempt.response_headers} />}
        {body !== "" && (
          <CodeView text={indented(body)} language="json" label={`The answer to attempt ${number}`} />
        )}
      </details>
    </li>
  );
}

function Headers({
  title,
  headers,
}: {
  readonly title: string;
  readonly headers: DeliveryTry["request_headers"];
}) {
  return (
    <>
      <h4 className={styles["part"]}>{title}</h4>
      <dl className={styles["headers"]}>
        {headers.map(({ name, value }, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- a fixed list, in which names may repeat
          <div key={at}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
