"""What an action's handler raises to say how its failure is to be taken, and what an open breaker says."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError, ThrottledError


class RetryLaterError(ThrottledError):
    """A handler says: try again, but not before `retry_after` seconds."""

    code = "retry-later"
    title = "Try again later"
    status = 503


class PermanentError(ConflictError):
    """A handler says: trying again will not help."""

    code = "permanent"
    title = "Trying again will not help"


class PoisonError(InvalidInputError):
    """A handler says: this input harms whoever works on it; nobody is to try it again without having looked at it."""

    code = "poison"
    title = "The input must be looked at first"
