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


class TooManyNamesError(InvalidInputError):
    """So many names stand in the alerts that masking them all would take too long."""

    code = "too-many-names"
    title = "Too many names would have to be masked"
