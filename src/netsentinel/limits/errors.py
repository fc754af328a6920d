"""What somebody hears who asks for too much."""

from netsentinel.kernel.errors import ThrottledError


class RateLimitedError(ThrottledError):
    """The minute takes no more; `retry_after` says in how many seconds the next one begins."""

    code = "rate-limited"
    title = "Too many requests in a minute"


class QuotaExceededError(ThrottledError):
    """The day takes no more; `retry_after` says in how many seconds the next one begins."""

    code = "quota-exceeded"
    title = "The day's quota is used up"
