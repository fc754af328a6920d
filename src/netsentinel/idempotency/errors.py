"""What somebody hears who repeats a request under its key."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class RequestInFlightError(ConflictError):
    """The first request under this key is not answered yet; `retry_after` says in how many seconds to ask again."""

    code = "idempotency-in-flight"
    title = "The first request under this key is still being carried out"
    retryable = True


class KeyReusedError(InvalidInputError):
    """Another request came under this key before."""

    code = "idempotency-key-reused"
    title = "The key belongs to another request"
    status = 422


class AnswerNotKeptError(ConflictError):
    """The request was carried out, but its answer is not told twice; `answered` is its status."""

    code = "idempotency-answer-not-kept"
    title = "The request was carried out, and its answer was not kept"
