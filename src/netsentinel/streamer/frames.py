"""The frames of `netsentinel.v1.json`: one struct per type, decoded strictly and encoded by msgspec."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros
from netsentinel.streamer.errors import BadFrameError, FrameTooBigError
from netsentinel.streamer.model import MAX_FRAME_BYTES

MAX_SEQ: Final = 2**53 - 1
"""The largest integer that JavaScript's numbers hold exactly."""

Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ, description="A position in the journal.")]
Sub = Annotated[str, Meta(min_length=1, max_length=64, description="The client's name of a subscription.")]
Text = Annotated[str, Meta(max_length=200)]
Scalar = str | int | float | bool
Resumed = Literal["full", "partial", "none"]
GapReason = Literal["retention", "overflow", "epoch"]

MAX_CONDITIONS: Final = 16
MAX_CHOICES: Final = 256


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """One condition of a filter; all of a filter's conditions have to hold."""

    field: Annotated[str, Meta(min_length=1, max_length=64)]
    op: Literal["=", "in", "prefix", ">="]
    value: Scalar | Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=MAX_CHOICES)]


class Resume(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client stood when it lost its connection."""

    epoch: Text
    positions: Annotated[dict[Sub, Seq], Meta(max_length=256)]


class ClientFrame(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What every frame of a client has: its `type`, and no field that its type does not know."""


class Hello(ClientFrame, frozen=True, tag="hello"):
    """A client's first frame, within five seconds."""

    client: Annotated[str, Meta(min_length=1, max_length=200, description="What the client calls itself.")]
    version: Text | None = None
    ticket: Text | None = None
    """A one-time ticket (`POST /api/v2/ws-tickets`); not needed with a session cookie."""
    resume: Resume | None = None


class Subscribe(ClientFrame, frozen=True, tag="subscribe"):
    """Ask for the events of a topic. A position that `hello.resume` gave for this `sub` goes before `from`."""

    sub: Sub
    topic: Text
    filter: Annotated[tuple[Condition, ...], Meta(max_length=MAX_CONDITIONS)] | None = None
    from_: Literal["now"] | Seq = msgspec.field(name="from", default="now")


class Unsubscribe(ClientFrame, frozen=True, tag="unsubscribe"):
    """End a subscription."""

    sub: Sub


class ClientPing(ClientFrame, frozen=True, tag="ping"):
    """Asks for a `pong` with the same `t`. Frames are worked on in order, so the answer covers all frames before it."""

    t: int | float


class ClientPong(ClientFrame, frozen=True, tag="pong"):
    """Answers a server's ping."""

    t: int | float


Identifier = Annotated[str, Meta(min_length=1, max_length=200, description="The client's name of a request.")]
TaskId = Annotated[str, Meta(min_length=1, max_length=64)]


class Request(ClientFrame, frozen=True, tag="request"):
    """Ask for an action. It becomes a durable task; sent again under the same `id` it finds that task."""

    id: Identifier
    action: Text
    payload: Raw | UnsetType = UNSET
    """The action's input; nothing is an empty object."""
    mode: Literal["auto", "sync", "async"] = "auto"
    """`sync` waits for the answer for five seconds, `async` never; `auto` goes by what the action took before."""
    deadline_ms: Annotated[int, Meta(ge=1, le=10**12)] | None = None
    """From now: the task is not started after it, and is stopped at it."""
    priority: Annotated[int, Meta(ge=0, le=9)] = 5
    on_disconnect: Literal["keep", "cancel"] = "keep"

    @property
    def input(self) -> bytes:
        """The action's input as JSON."""
        return b"{}" if self.payload is UNSET else bytes(self.payload)


class ControlFrame(ClientFrame, frozen=True):
    """Says something about a task of the tenant. Only a refusal is answered; what came of it is told as usual."""

    id: Identifier
    task_id: TaskId


class Cancel(ControlFrame, frozen=True, tag="cancel"):
    """End a task."""

    @property
    def wants(self) -> Literal["cancel", "pause", "resume"]:
        """What is wanted of the task."""
        return "cancel"


class Pause(ControlFrame, frozen=True, tag="pause"):
    """Hold a task until it is resumed."""

    @property
    def wants(self) -> Literal["cancel", "pause", "resume"]:
        """What is wanted of the task."""
        return "pause"


class ResumeTask(ControlFrame, frozen=True, tag="resume_task"):
    """Let a paused task go on."""

    @property
    def wants(self) -> Literal["cancel", "pause", "resume"]:
        """What is wanted of the task."""
        return "resume"


Control = Cancel | Pause | ResumeTask
FromClient = Hello | Subscribe | Unsubscribe | ClientPing | ClientPong | Request | Control


class ServerFrame(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every frame of the server has: its `type`. Later versions may add fields; clients ignore what they miss."""


class Limits(Struct, frozen=True, kw_only=True):
    """What this connection may do."""

    frames_per_second: int
    """Frames of the client in the long run; `ping` and `pong` do not count."""
    frame_burst: int
    max_subscriptions: int
    max_requests: int
    """Requests without an answer."""
    send_buffer_bytes: int
    """So much may wait for the client before events are dropped and a `gap` is said."""
    send_buffer_frames: int


class Welcome(ServerFrame, frozen=True, tag="welcome"):
    """The server's first frame: the client is who it says it is."""

    connection_id: str
    epoch: str
    heartbeat_ms: int
    max_frame: int
    limits: Limits
    resumed: Resumed
    """Whether the positions in `hello.resume` can be continued: all of them, some, or none (or none were given)."""


class Event(ServerFrame, frozen=True, tag="event"):
    """Something happened that a subscription asked for."""

    sub: Sub
    seq: Seq
    prev: Seq
    """`seq` of the last event on this `sub`, `to` of its last gap, or where it began: above the client's own position
    it means that a frame was lost."""
    name: str
    """For example `alert:raised`."""
    data: Raw


class Gap(ServerFrame, frozen=True, tag="gap"):
    """Events of a subscription with `from` < `seq` <= `to` may be missing: read the snapshot again."""

    sub: Sub
    from_: Seq = msgspec.field(name="from")
    to: Seq
    reason: GapReason
    snapshot_url: str


class ServerPing(ServerFrame, frozen=True, tag="ping"):
    """Asks for a `pong` with the same `t`."""

    t: Micros
    seq: Seq
    """Up to here every subscription is complete; the client stores it."""


class ServerPong(ServerFrame, frozen=True, tag="pong"):
    """Answers a client's ping."""

    t: int | float
    seq: Seq
    """As in the server's ping."""


class Ack(ServerFrame, frozen=True, tag="ack"):
    """A request is a durable task now: it goes on whatever becomes of the connection. Sent after the commit only."""

    id: Identifier
    task_id: TaskId
    status: Literal["queued", "duplicate"]
    """`duplicate`: the request had been sent before, and this is its task."""
    estimated_ms: int


class Response(ServerFrame, frozen=True, tag="response"):
    """The answer to a request that did not take long."""

    id: Identifier
    data: Raw


class ProgressFrame(ServerFrame, frozen=True, tag="progress"):
    """How far an acknowledged request is; at most ten a second, and the newest wins."""

    id: Identifier
    task_id: TaskId
    n: int
    """Counts up on this connection."""
    percent: float
    stage: str
    message: str
    data: Any = None


class Complete(ServerFrame, frozen=True, tag="complete"):
    """An acknowledged request has ended. Never dropped."""

    id: Identifier
    task_id: TaskId
    seq: Seq
    """The entry that tells of the end; 0 when the task had ended before it was asked for again."""
    status: Literal["succeeded", "failed", "cancelled", "dead"]
    result: Raw | UnsetType = UNSET
    """The action's output; of anything but a success, `code` and `detail` of the error."""
    result_url: str | UnsetType = UNSET
    """Where a result above 64 KiB is."""


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457), the same object as in HTTP answers."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """Stable, for programs."""
    trace_id: str
    """The connection's id: look for it in the server's log."""


class ErrorFrame(ServerFrame, frozen=True, tag="error"):
    """Something was refused or failed. A connection that ends because of it ends after this frame."""

    problem: Problem
    retryable: bool
    id: str | UnsetType = UNSET
    """The frame it is about, when that had an id."""
    sub: Sub | UnsetType = UNSET
    """The subscription it is about."""
    retry_after_ms: int | UnsetType = UNSET


FromServer = Welcome | Event | Gap | ServerPing | ServerPong | Ack | Response | ProgressFrame | Complete | ErrorFrame

_decoder: Final = msgspec.json.Decoder(FromClient)
_encoder: Final = msgspec.json.Encoder()


def decode(data: str | bytes) -> FromClient:
    """The frame that a client sent.

    Raises:
        FrameTooBigError: it is above `MAX_FRAME_BYTES`.
        BadFrameError: it is binary, no JSON, of no known type, or lacks a field or has one too many.
    """
    if isinstance(data, bytes):
        raise BadFrameError("Send text frames; this sub-protocol has no binary ones.")
    if len(data) > MAX_FRAME_BYTES or (len(data) * 4 > MAX_FRAME_BYTES and _size(data) > MAX_FRAME_BYTES):
        raise FrameTooBigError(f"A frame may have {MAX_FRAME_BYTES} bytes.", limit=MAX_FRAME_BYTES)
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadFrameError(f"The frame was not understood: {error}.") from error
    except RecursionError as error:
        raise BadFrameError("The frame is nested too deeply.") from error


def encode(frame: FromServer) -> bytes:
    """The frame as UTF-8 JSON."""
    return _encoder.encode(frame)


def problem_of(error: NetSentinelError, trace_id: str) -> Problem:
    """An error of the tree as a problem."""
    return Problem(
        type=f"urn:netsentinel:problem:{error.code}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        trace_id=trace_id,
    )


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
