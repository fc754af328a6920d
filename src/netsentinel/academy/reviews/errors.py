"""What can be wrong with answers to suggestions."""

from netsentinel.kernel.errors import ConflictError


class ReviewAnsweredError(ConflictError):
    """Somebody answered this suggestion already."""

    code = "review-answered"
    title = "That was answered already"


class AnswerUndoneError(ConflictError):
    """This answer was taken back before."""

    code = "answer-undone"
    title = "That was taken back already"
