"""What can go wrong on a connection. Each becomes the problem of an `error` frame; some end the connection."""

from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)


class BadFrameError(InvalidInputError):
    """The frame is no JSON object of a known type with the fields of that type (close code 4400)."""

    code = "bad-frame"
    title = "The frame cannot be understood"


class FrameTooBigError(TooLargeError):
    """The frame is above `max_frame` bytes (close code 4413)."""

    code = "frame-too-big"
    title = "The frame is too big"


class UnknownTopicError(NotFoundError):
    """There is no topic of that name."""

    code = "unknown-topic"
    title = "There is no such topic"


class SubscriptionConflictError(ConflictError):
    """The name is in use on this connection, or the connection has as many subscriptions as it may."""

    code = "subscription-conflict"
    title = "The subscription is not possible now"


class TooManyFramesError(ThrottledError):
    """The client sends more frames than `limits` in `welcome` allows (close code 4429)."""

    code = "too-many-frames"
    title = "Too many frames"


class TooManyRequestsError(ThrottledError):
    """The connection has as many requests without an answer as it may, or too many bytes wait for its client."""

    code = "too-many-requests"
    title = "Too many open requests"


class TooManyConnectionsError(ThrottledError):
    """The user or key has as many live connections as one may have (close code 4429)."""

    code = "too-many-connections"
    title = "Too many live connections"


class EndedError(ConflictError):
    """A request that was answered at once did not succeed; its task keeps every attempt."""

    code = "request-failed"
    title = "The request did not succeed"


class SlowConsumerError(UnavailableError):
    """The client does not read as fast as there is something to say, or leaves pings unanswered (close code 4408)."""

    code = "slow-consumer"
    title = "The client does not keep up"
    status = 408


class DrainingError(UnavailableError):
    """The server is going down; come back after the stated delay (close code 4503)."""

    code = "draining"
    title = "The server is going down"
