import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { DeliveryState, DeliveryWhole, Webhook, WebhookDraft, WebhookSecret } from "@/lib/model";

export const webhookKeys = {
  all: ["webhooks"] as const,
  list: ["webhooks", "list"] as const,
  deliveries: (id: string, state: DeliveryState | "") => ["webhooks", "deliveries", id, state] as const,
  delivery: (id: string, delivery: string) => ["webhooks", "delivery", id, delivery] as const,
};

export const webhooksQuery = queryOptions({
  queryKey: webhookKeys.list,
  queryFn: () => unwrap(api.GET("/api/v2/webhooks")),
});

export const webhookEventsQuery = queryOptions({
  queryKey: ["webhook-events"],
  queryFn: () => unwrap(api.GET("/api/v2/webhooks/events")),
  staleTime: Number.POSITIVE_INFINITY,
});

const PAGE = 50;
const UNDER_WAY_MS = 2_000;
const path = (id: string) => ({ path: { webhook_id: id } });
const pathOf = (id: string, delivery: string) => ({ path: { webhook_id: id, delivery_id: delivery } });

/** What was sent to a webhook, newest first. */
export function deliveriesQuery(id: string, state: DeliveryState | "") {
  return infiniteQueryOptions({
    queryKey: webhookKeys.deliveries(id, state),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/webhooks/{webhook_id}/deliveries", {
          params: {
            ...path(id),
            query: {
              limit: PAGE,
              ...(state !== "" && { state: [state] }),
              ...(pageParam !== "" && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function deliveryQuery(id: string, delivery: string) {
  return queryOptions({
    queryKey: webhookKeys.delivery(id, delivery),
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/webhooks/{webhook_id}/deliveries/{delivery_id}", { params: pathOf(id, delivery) }),
      ),
    // Attempts are not told live: one that is under way is looked at again.
    refetchInterval: ({ state: { data } }) => (data?.delivery.state === "pending" ? UNDER_WAY_MS : false),
  });
}

export function createWebhook(body: WebhookDraft): Promise<WebhookSecret> {
  return unwrap(api.POST("/api/v2/webhooks", { body }));
}

export function changeWebhook(id: string, draft: WebhookDraft, version: number): Promise<Webhook> {
  return unwrap(api.PUT("/api/v2/webhooks/{webhook_id}", { params: path(id), body: { ...draft, version } }));
}

export async function deleteWebhook(id: string): Promise<void> {
  await settle(api.DELETE("/api/v2/webhooks/{webhook_id}", { params: path(id) }));
}

export function rotateSecret(id: string): Promise<WebhookSecret> {
  return unwrap(api.POST("/api/v2/webhooks/{webhook_id}/rotate", { params: path(id) }));
}

export function testWebhook(id: string): Promise<DeliveryWhole> {
  return unwrap(api.POST("/api/v2/webhooks/{webhook_id}/test", { params: path(id) }));
}

export async function replayDelivery(id: string, delivery: string): Promise<void> {
  await settle(
    api.POST("/api/v2/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", {
      params: pathOf(id, delivery),
    }),
  );
}

export function replayRange(id: string, since: number, until: number) {
  return unwrap(
    api.POST("/api/v2/webhooks/{webhook_id}/replay", {
      params: path(id),
      body: { since, until, all: false },
    }),
  );
}

export function refreshWebhooks(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: webhookKeys.all });
}
