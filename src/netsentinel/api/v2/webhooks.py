"""Webhooks over HTTP: register endpoints, see what was delivered to them and what they answered, replay it."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems, secret_answer
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfMatch, IfNoneMatch, based_on, precondition, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.api.v2.webhook_views import (
    DeliveryItem,
    DeliveryItems,
    DeliveryWhole,
    RangeText,
    WebhookChange,
    WebhookEvent,
    WebhookEvents,
    WebhookItem,
    WebhookItems,
    WebhookSecret,
    WebhookText,
    delivery_of,
    secret_of,
    webhook_of,
    whole_of,
)
from netsentinel.kernel.types import Permission, Principal
from netsentinel.webhooks import DeliveryFilter, DeliveryState, Endpoint, Replayed

router = LateRouter(prefix="/api/v2/webhooks", tags=["webhooks"])

Reader = Annotated[Principal, Depends(Requires(Permission.WEBHOOKS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.WEBHOOKS_WRITE))]


class DeliveryQuery(BaseModel):
    """Which deliveries."""

    model_config = ConfigDict(extra="forbid")

    state: list[DeliveryState] = Field(
        default_factory=list[DeliveryState], max_length=3, description="Only in these states."
    )
    event: str = Field("", max_length=200, description="Only of this kind, for example `alert.raised`.")
    since: int = Field(0, ge=0, le=2**63 - 1, description="Made at this time or later.")
    until: int = Field(0, ge=0, le=2**63 - 1, description="Made before this time; 0 for no end.")
    limit: int = Field(50, ge=1, le=200, description="Deliveries a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")

    def as_filter(self) -> DeliveryFilter:
        """The domain's filter."""
        return DeliveryFilter(states=tuple(self.state), kind=self.event, since=self.since, until=self.until)


@router.get("", response_model=WebhookItems, responses=problems(401, 403))
async def list_webhooks(principal: Reader, services: Served) -> Response:
    """The tenant's endpoints, oldest first, with how the deliveries of the last day stand. Secrets are never shown."""
    found = await services.webhooks.overview(principal)
    return answer(WebhookItems(tuple(webhook_of(endpoint, counts, principal) for endpoint, counts in found)))


@router.post("", response_model=WebhookSecret, status_code=201, responses=problems(400, 401, 403, 413))
async def create_webhook(stated: WebhookText, principal: Writer, request: Request, services: Served) -> Response:
    """Register an endpoint. The answer holds its secret, this once."""
    return secret_answer(
        request, secret_of(await services.webhooks.create(principal, stated.as_draft()), {}, principal), 201
    )


@router.get("/events", response_model=WebhookEvents, responses=problems(401, 403))
async def list_webhook_events(principal: Reader, services: Served) -> Response:
    """Every kind of event that endpoints of the caller can be told of."""
    kinds = services.webhooks.events(principal)
    return answer(WebhookEvents(tuple(WebhookEvent(kind.name, kind.topic, kind.summary) for kind in kinds)))


@router.get("/{webhook_id}", response_model=WebhookItem, responses=UNCHANGED | problems(401, 403, 404))
async def show_webhook(
    webhook_id: str, principal: Reader, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """One endpoint, without its secret."""
    return await _shown(services, principal, await services.webhooks.get(principal.tenant, webhook_id), if_none_match)


@router.put("/{webhook_id}", response_model=WebhookItem, responses=problems(400, 401, 403, 404, 409, 412, 413))
async def change_webhook(
    webhook_id: str, stated: WebhookChange, principal: Writer, services: Served, if_match: IfMatch = None
) -> Response:
    """State an endpoint anew; `enabled` lets a disabled one go on, from now on."""
    version = await _based_on(services, principal, webhook_id, if_match)
    with precondition(version):
        changed = await services.webhooks.update(
            principal, webhook_id, stated.as_draft(), version=stated.version if version is None else version
        )
    return await _shown(services, principal, changed)


@router.delete("/{webhook_id}", status_code=204, responses=problems(401, 403, 404, 409, 412))
async def delete_webhook(webhook_id: str, principal: Writer, services: Served, if_match: IfMatch = None) -> Response:
    """Delete an endpoint. Messages that wait for it are dropped."""
    version = await _based_on(services, principal, webhook_id, if_match)
    with precondition(version):
        await services.webhooks.delete(principal, webhook_id, version=version)
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", response_model=WebhookSecret, responses=problems(401, 403, 404, 412))
async def rotate_webhook_secret(
    webhook_id: str, principal: Writer, request: Request, services: Served, if_match: IfMatch = None
) -> Response:
    """Make a new secret. The old one signs for a day more, beside the new one."""
    version = await _based_on(services, principal, webhook_id, if_match)
    with precondition(version):
        made = await services.webhooks.rotate(principal, webhook_id, version=version)
    return secret_answer(request, secret_of(made, await services.webhooks.counts(principal, made.endpoint), principal))


@router.post("/{webhook_id}/test", response_model=DeliveryWhole, responses=problems(401, 403, 404))
async def test_webhook(webhook_id: str, principal: Writer, services: Served) -> Response:
    """Send a `webhook.test` message now, once, and answer with what the endpoint answered."""
    return answer(whole_of(await services.webhooks.test(principal, webhook_id)))


@router.post("/{webhook_id}/replay", response_model=Replayed, responses=problems(400, 401, 403, 404, 409, 413))
async def replay_webhook_range(webhook_id: str, stated: RangeText, principal: Writer, services: Served) -> Response:
    """Deliver what happened between two times: what failed, and what was never delivered."""
    return answer(
        await services.webhooks.replay_range(
            principal, webhook_id, stated.since, stated.until, only_failed=not stated.all
        )
    )


@router.get("/{webhook_id}/deliveries", response_model=DeliveryItems, responses=problems(400, 401, 403, 404))
async def list_webhook_deliveries(
    webhook_id: str, query: Annotated[DeliveryQuery, Query()], principal: Reader, services: Served
) -> Response:
    """An endpoint's deliveries of what the caller may read, newest first."""
    page = await services.webhooks.deliveries(
        principal, webhook_id, query.as_filter(), limit=query.limit, cursor=query.cursor or None
    )
    return answer(DeliveryItems(tuple(map(delivery_of, page.items)), page.next))


@router.get("/{webhook_id}/deliveries/{delivery_id}", response_model=DeliveryWhole, responses=problems(401, 403, 404))
async def show_webhook_delivery(webhook_id: str, delivery_id: str, principal: Writer, services: Served) -> Response:
    """A delivery with its message, and every attempt with request and answer."""
    return answer(whole_of(await services.webhooks.delivery(principal, webhook_id, delivery_id)))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    response_model=DeliveryItem,
    responses=problems(401, 403, 404, 409),
)
async def replay_webhook_delivery(webhook_id: str, delivery_id: str, principal: Writer, services: Served) -> Response:
    """Attempt a delivery anew; its `webhook-id` stays, so that a receiver knows it again."""
    return answer(delivery_of(await services.webhooks.replay(principal, webhook_id, delivery_id)))


async def _based_on(services: Services, principal: Principal, webhook_id: str, if_match: str | None) -> int | None:
    if if_match is None:
        return None
    return based_on(if_match, (await services.webhooks.get(principal.tenant, webhook_id)).version)


async def _shown(
    services: Services, principal: Principal, endpoint: Endpoint, if_none_match: str | None = None
) -> Response:
    item = webhook_of(endpoint, await services.webhooks.counts(principal, endpoint), principal)
    return tagged(item, endpoint.version, if_none_match)
