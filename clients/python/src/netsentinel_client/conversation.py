"""The protocol `netsentinel.v1.json` without a socket: the server's frames in, the client's frames out."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from netsentinel_client.errors import ProblemError
from netsentinel_client.model import Acknowledged, Event, Gap, Progress
from netsentinel_client.request import Running
from netsentinel_client.subscription import Subscription

SUBPROTOCOL: Final = "netsentinel.v1.json"

Frame = dict[str, Any]
FetchResult = Callable[[Running, str, str], None]
"""(request, status, result_url): reads a result that was too large for a frame, then ends the request."""


class Conversation:
    """What survives a reconnect: subscriptions with their positions, and requests that are not answered yet."""

    def __init__(self, client: str, version: str, epoch: str, fetch_result: FetchResult) -> None:
        self.epoch = epoch
        self.outgoing: deque[str] = deque()
        """Frames for the server, in order."""
        self.heartbeat_s = 25.0
        self.frames_per_second = 0
        """What the server allows in the long run; 0 before its welcome."""
        self.frame_burst = 0
        self.is_welcome = False
        self.retry_after_ms: int | None = None
        """The server's wish, for the next attempt."""
        self.last_problem: ProblemError | None = None
        """The last error that was about the connection itself."""
        self._client = client
        self._version = version
        self._fetch_result = fetch_result
        self._subscriptions: dict[str, Subscription] = {}
        self._requests: dict[str, Running] = {}
        self._pings = 0
        self._snapshots: dict[str, str] = {}

    # --- the program's side --------------------------------------------------------------------------------------

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Every open subscription."""
        return tuple(self._subscriptions.values())

    @property
    def requests(self) -> tuple[Running, ...]:
        """Every request without an answer."""
        return tuple(self._requests.values())

    def is_open(self, name: str) -> bool:
        """Whether a subscription has this name."""
        return any(subscription.name == name for subscription in self._subscriptions.values())

    def open(self, subscription: Subscription) -> None:
        """Add a subscription, and ask for it when the server is there."""
        self._subscriptions[subscription.wire_name] = subscription
        subscription.epoch = self.epoch
        if self.is_welcome:
            self._ask((subscription,))

    def reopen(self, subscription: Subscription) -> None:
        """Go on with a subscription that was paused, from where it stopped."""
        for name, known in list(self._subscriptions.items()):
            if known is subscription:
                del self._subscriptions[name]
                if self.is_welcome:
                    self._say({"type": "unsubscribe", "sub": name})
        self.open(subscription)

    def end(self, subscription: Subscription) -> None:
        """Drop a subscription."""
        if self._subscriptions.pop(subscription.wire_name, None) is not None and self.is_welcome:
            self._say({"type": "unsubscribe", "sub": subscription.wire_name})

    def start(self, request: Running) -> None:
        """Send a request, and again after each reconnect until it is answered."""
        self._requests[request.id] = request
        if self.is_welcome:
            self._say(request.frame)

    def drop(self, request: Running) -> None:
        """Forget a request that was answered elsewhere."""
        self._requests.pop(request.id, None)

    def control(self, request: Running, frame_type: str) -> None:
        """Send `cancel`, `pause` or `resume_task` for a request that is a task."""
        if self.is_welcome and request.id in self._requests:
            request.has_asked = True
            self._say({"type": frame_type, "id": request.id, "task_id": request.task_id})

    # --- the connection's side -----------------------------------------------------------------------------------

    def hello(self, ticket: str) -> None:
        """Begin on a new connection."""
        self.outgoing.clear()
        self.is_welcome = False
        frame: Frame = {"type": "hello", "client": self._client, "version": self._version}
        if ticket:
            frame["ticket"] = ticket
        positions = {
            name: subscription.received
            for name, subscription in self._subscriptions.items()
            if subscription.received is not None
        }
        if self.epoch and positions:
            frame["resume"] = {"epoch": self.epoch, "positions": positions}
        self._say(frame)

    def lost(self) -> None:
        """The connection has ended."""
        self.is_welcome = False
        self.outgoing.clear()
        for subscription in self._subscriptions.values():
            subscription.confirmed = False
        for request in self._requests.values():
            request.lost()

    def receive(self, text: str) -> None:
        """Work on a frame. What cannot be read, or is of a kind this client does not know, is left out."""
        try:
            frame: Any = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        try:
            self._work_on(cast("Frame", frame))
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # a field is missing or of another type: like an unreadable frame

    def _work_on(self, frame: Frame) -> None:  # noqa: C901 - one line per type of frame
        match frame.get("type"):
            case "event":
                self._event(frame)
            case "progress":
                self._progress(frame)
            case "response":
                self._response(frame)
            case "complete":
                self._complete_request(frame)
            case "ack":
                self._ack(frame)
            case "gap":
                self._gap(frame)
            case "ping":
                self._ping(frame)
            case "pong":
                self._pong(frame)
            case "error":
                self._error(frame)
            case "welcome":
                self._welcome(frame)
            case _:
                return

    def enter(self, epoch: str) -> bool:
        """Take the server's epoch; whether it is another one than before, so that positions mean nothing now."""
        changed = self.epoch not in {"", epoch}
        self.epoch = epoch
        for subscription in self._subscriptions.values():
            if changed:
                subscription.forget_position(self._snapshots.get(subscription.topic, ""))
            subscription.epoch = epoch
        return changed

    def _welcome(self, frame: Frame) -> None:
        epoch, heartbeat = str(frame["epoch"]), float(frame["heartbeat_ms"])
        limits = cast("dict[str, int]", frame.get("limits") or {})
        self.enter(epoch)
        self.heartbeat_s = max(0.1, heartbeat / 1_000)
        self.frames_per_second = int(limits.get("frames_per_second", 0))
        self.frame_burst = int(limits.get("frame_burst", 0))
        self.is_welcome = True
        self._ask(self.subscriptions)
        for request in self._requests.values():
            self._say(request.frame)

    def _ask(self, subscriptions: tuple[Subscription, ...]) -> None:
        for subscription in subscriptions:
            if subscription.paused:
                continue
            subscription.confirmed = False
            frame: Frame = {
                "type": "subscribe",
                "sub": subscription.wire_name,
                "topic": subscription.topic,
                "from": "now" if subscription.received is None else subscription.received,
            }
            if subscription.conditions:
                frame["filter"] = [condition.as_json() for condition in subscription.conditions]
            self._say(frame)
        # Frames are worked on in order, so the answer to this ping proves that the subscriptions stand.
        self._pings += 1
        self._say({"type": "ping", "t": self._pings})

    def _event(self, frame: Frame) -> None:
        subscription = self._subscriptions.get(str(frame["sub"]))
        if subscription is not None:
            data = frame.get("data")
            event = Event(
                subscription.topic,
                int(frame["seq"]),
                str(frame["name"]),
                cast("dict[str, Any]", data) if isinstance(data, dict) else {},
            )
            subscription.event(event, int(frame["prev"]), self._snapshots.get(subscription.topic, ""))

    def _gap(self, frame: Frame) -> None:
        subscription = self._subscriptions.get(str(frame["sub"]))
        if subscription is not None:
            url = str(frame.get("snapshot_url", ""))
            self._snapshots[subscription.topic] = url
            subscription.gap(Gap(subscription.topic, int(frame["from"]), int(frame["to"]), str(frame["reason"]), url))

    def _ping(self, frame: Frame) -> None:
        self._say({"type": "pong", "t": frame["t"]})
        self._complete(frame)

    def _pong(self, frame: Frame) -> None:
        if frame.get("t") == self._pings:
            for subscription in self._subscriptions.values():
                subscription.confirmed = True
            self._complete(frame)

    def _complete(self, frame: Frame) -> None:
        seq = int(frame["seq"])
        for subscription in self._subscriptions.values():
            if subscription.confirmed:
                subscription.complete(seq)

    def _ack(self, frame: Frame) -> None:
        request = self._requests.get(str(frame["id"]))
        if request is not None:
            estimate = frame.get("estimated_ms")
            request.acknowledged(
                Acknowledged(
                    str(frame["task_id"]),
                    frame.get("status") == "duplicate",
                    int(estimate) if isinstance(estimate, int | float) else None,
                )
            )

    def _response(self, frame: Frame) -> None:
        request = self._requests.pop(str(frame["id"]), None)
        if request is not None:
            request.succeed(frame.get("data"))

    def _progress(self, frame: Frame) -> None:
        request = self._requests.get(str(frame["id"]))
        if request is not None:
            percent = frame.get("percent")
            request.progressed(
                int(frame["n"]),
                Progress(
                    str(frame["task_id"]),
                    float(percent) if isinstance(percent, int | float) else None,
                    str(frame.get("stage") or ""),
                    str(frame.get("message") or ""),
                    frame.get("data"),
                ),
            )

    def _complete_request(self, frame: Frame) -> None:
        status = str(frame["status"])
        request = self._requests.pop(str(frame["id"]), None)
        if request is None:
            return
        request.task_id = str(frame.get("task_id") or request.task_id)
        url = frame.get("result_url")
        if isinstance(url, str) and url:
            self._fetch_result(request, status, url)
        else:
            request.end(status, frame.get("result"))

    def _error(self, frame: Frame) -> None:
        retry_after = frame.get("retry_after_ms")
        problem = ProblemError.of(cast("dict[str, Any]", frame["problem"]), retryable=bool(frame.get("retryable")))
        if (identifier := frame.get("id")) is not None:
            request = self._requests.get(str(identifier))
            # A refused cancel or pause is about a task that is running; its end still comes.
            if request is not None and not (request.task_id and request.has_asked):
                del self._requests[str(identifier)]
                request.fail(problem)
        elif (sub := frame.get("sub")) is not None:
            subscription = self._subscriptions.pop(str(sub), None)
            if subscription is not None:
                subscription.fail(problem)
        else:
            self.last_problem = problem
            self.retry_after_ms = int(retry_after) if isinstance(retry_after, int | float) else None

    def _say(self, frame: Frame) -> None:
        text = json.dumps(frame, separators=(",", ":"))
        if frame["type"] == "pong":
            self.outgoing.appendleft(text)  # it proves that we live, however much else waits
        else:
            self.outgoing.append(text)
