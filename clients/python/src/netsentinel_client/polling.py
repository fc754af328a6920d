"""Where WebSockets are blocked: the same journal read over HTTP, and requests as tasks that are looked after."""

import json
from typing import Any, Final, cast

from netsentinel_client.conversation import Conversation
from netsentinel_client.errors import ProblemError, RefusedError
from netsentinel_client.model import Acknowledged, Event, Gap, Progress
from netsentinel_client.request import Running
from netsentinel_client.subscription import Subscription
from netsentinel_client.transport import Http

_PAGE: Final = 500
_MOST_PAGES: Final = 20
"""Pages of one subscription before the next one has its turn."""
_FINAL: Final = frozenset({"succeeded", "failed", "cancelled", "dead"})


class Poll:
    """Keeps the conversation's subscriptions and requests up to date without a WebSocket."""

    def __init__(self, http: Http, conversation: Conversation) -> None:
        self._http = http
        self._conversation = conversation
        self._progress = 0

    async def look(self) -> None:
        """Everything once.

        Raises:
            RefusedError: the key is not good any more.
            UnreachableError: HTTP does not work either.
        """
        for subscription in self._conversation.subscriptions:
            await self._read(subscription)
        for request in self._conversation.requests:
            await self._look_after(request)

    async def _read(self, subscription: Subscription) -> None:
        for _ in range(_MOST_PAGES):
            if subscription.paused:
                return
            try:
                page = await self._page(subscription)
            except RefusedError as error:
                if error.status == 401:  # noqa: PLR2004 - the key itself is bad
                    raise
                subscription.fail(error)
                self._conversation.end(subscription)
                return
            self._conversation.enter(str(page["epoch"]))
            if self._take(subscription, page):
                return

    async def _page(self, subscription: Subscription) -> dict[str, Any]:
        query: dict[str, str | int] = {"topic": subscription.topic, "limit": _PAGE}
        if subscription.received is None:
            query["limit"] = 1
        else:
            query["after"] = subscription.received
        if subscription.conditions:
            query["filter"] = json.dumps([condition.as_json() for condition in subscription.conditions])
        return await self._http.call("GET", "/api/v2/entries", query=query)

    def _take(self, subscription: Subscription, page: dict[str, Any]) -> bool:
        """Hand a page over; whether it was the last one for now."""
        newest, oldest = int(page["newest"]), int(page["oldest"])
        position = subscription.received
        if position is None:  # begin with now
            subscription.complete(newest)
            return True
        if position > newest:  # the journal was restored from an older copy
            subscription.gap(Gap(subscription.topic, newest, newest, "epoch", f"/api/v2/{subscription.topic}"))
            return True
        if oldest > position + 1 and newest > position:
            lost = Gap(subscription.topic, position, oldest - 1, "retention", f"/api/v2/{subscription.topic}")
            subscription.gap(lost)
        for item in cast("list[dict[str, Any]]", page["items"]):
            event = Event(subscription.topic, int(item["seq"]), str(item["name"]), item["payload"])
            subscription.event(event, 0, "")
        following = int(page["next"])
        subscription.complete(following)
        return following >= newest

    async def _look_after(self, request: Running) -> None:
        try:
            if not request.task_id:
                made = await self._http.call("POST", "/api/v2/tasks", body=_submission(request))
                task = cast("dict[str, Any]", made["task"])
                duplicate = bool(made.get("is_duplicate"))
                request.acknowledged(Acknowledged(str(task["id"]), duplicate=duplicate, estimated_ms=None))
                return
            view = await self._http.call("GET", f"/api/v2/tasks/{request.task_id}")
        except ProblemError as problem:
            if not problem.retryable:
                self._conversation.drop(request)
                request.fail(problem)
            return
        task = cast("dict[str, Any]", view["task"])
        status = str(task["state"])
        if status in _FINAL:
            self._conversation.drop(request)
            failure = {"code": task.get("error_code"), "detail": task.get("error")}
            request.end(status, view.get("result") if status == "succeeded" else failure)
            return
        self._progress += 1
        percent, stage, message = float(task["percent"]), str(task["stage"]), str(task["message"])
        request.progressed(self._progress, Progress(request.task_id, percent, stage, message))


def _submission(request: Running) -> dict[str, Any]:
    frame = request.frame
    body: dict[str, Any] = {"action": frame["action"], "input": frame["payload"], "request_id": frame["id"]}
    for name in ("deadline_ms", "priority"):
        if name in frame:
            body[name] = frame[name]
    return body
