"""What can be wrong with practice."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class InvalidQuestionError(InvalidInputError):
    """The question cannot be asked: something is missing, or its answer does not belong to it."""

    code = "invalid-question"
    title = "The question cannot be asked"


class AttemptTakenError(ConflictError):
    """Under this attempt another answer was sent."""

    code = "attempt-taken"
    title = "Another answer was sent as this attempt"


class UndecidedAlertError(ConflictError):
    """Nobody has decided what the alert was, so a drill has nothing to be judged by."""

    code = "undecided-alert"
    title = "The alert has no verdict"
