import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Drawer } from "@/components/drawer";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Facts } from "@/components/section";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import type { Delivery, DeliveryState, Webhook } from "@/lib/model";
import { DeliveryView } from "./delivery-view";
import { HealthMark } from "./webhook-columns";
import { deliveriesQuery, webhooksQuery } from "./webhook-queries";
import { DELIVERY_STATES, deliveryText, shortUrl } from "./webhook-words";
import styles from "./webhooks-page.module.css";

interface WebhookDrawerProps {
  readonly id: string;
  readonly mayChange: boolean;
  readonly onClose: () => void;
}

/** One webhook: how it is doing, and what was sent to it. */
export function WebhookDrawer({ id, mayChange, onClose }: WebhookDrawerProps) {
  const list = useQuery(webhooksQuery);
  const webhook = list.data?.items.find((each) => each.id === id);
  const [shown, setShown] = useState<string | undefined>();
  return (
    <Drawer
      title={webhook === undefined ? "Webhook" : shortUrl(webhook.url)}
      lead={webhook?.description === "" ? undefined : webhook?.description}
      onClose={onClose}
    >
      {list.isPending && <Skeleton rows={5} label="Loading the webhook" />}
      {list.isError && !list.data && <ProblemPanel error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && webhook === undefined && (
        <EmptyState title="This webhook does not exist">
          <p>It may have been deleted.</p>
          <Button onClick={onClose}>All webhooks</Button>
        </EmptyState>
      )}
      {webhook !== undefined && shown === undefined && (
        <>
          <About webhook={webhook} />
          <Deliveries id={id} onShow={mayChange ? setShown : undefined} />
        </>
      )}
      {webhook !== undefined && shown !== undefined && (
        <DeliveryView webhook={webhook} id={shown} onBack={() => setShown(undefined)} />
      )}
    </Drawer>
  );
}

function About({ webhook }: { readonly webhook: Webhook }) {
  const [opened] = useState(() => Date.now() * 1_000);
  const facts: [string, React.ReactNode][] = [
    ["Health", <HealthMark key="health" webhook={webhook} />],
    ["Events", webhook.events.join(", ")],
    ["Registered", <Time key="made" at={webhook.created_at} full />],
  ];
  if (webhook.failing_since > 0) facts.splice(1, 0, ["Last failure", webhook.failure]);
  if (webhook.old_secret_until > opened) {
    facts.push(["Old secret", <Time key="old" at={webhook.old_secret_until} full />]);
  }
  return <Facts items={facts} />;
}

interface DeliveriesProps {
  readonly id: string;
  readonly onShow: ((delivery: string) => void) | undefined;
}

function Deliveries({ id, onShow }: DeliveriesProps) {
  const [state, setState] = useState<DeliveryState | "">("");
  const list = useInfiniteQuery(deliveriesQuery(id, state));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="webhook-deliveries">
      <h3 id="webhook-deliveries" className={styles["heading"]}>
        Deliveries
      </h3>
      <Segmented legend="Which deliveries" value={state} options={DELIVERY_STATES} onChange={setState} />
      {list.isPending && <Skeleton rows={4} label="Loading the deliveries" />}
      {list.isError && !list.data && <ProblemPanel error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && items.length === 0 && (
        <p className={styles["none"]}>None{state !== "" && " of these"} so far.</p>
      )}
      <ol className={styles["deliveries"]} aria-label="Deliveries, newest first">
        {items.map((delivery) => (
          <Line key={delivery.id} delivery={delivery} onShow={onShow} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </section>
  );
}

function Line({ delivery, onShow }: { readonly delivery: Delivery } & Pick<DeliveriesProps, "onShow">) {
  const words = (
    <>
      <code className={styles["event"]}>{delivery.event}</code>
      <span className={classes(styles["outcome"], delivery.error !== "" && styles["bad"])}>
        {deliveryText(delivery)}
      </span>
    </>
  );
  return (
    <li>
      {onShow === undefined ? (
        <span className={styles["line"]}>{words}</span>
      ) : (
        <button type="button" className={styles["line"]} onClick={() => onShow(delivery.id)}>
          {words}
        </button>
      )}
      <Time at={delivery.created_at} />
    </li>
  );
}
