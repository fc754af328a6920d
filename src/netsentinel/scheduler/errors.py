"""What can be wrong with a schedule."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class InvalidScheduleError(InvalidInputError):
    """A schedule's trigger, filter or figures are not possible; the sentence says which and why."""

    code = "invalid-schedule"
    title = "The schedule is not possible"


class ScheduleNameTakenError(ConflictError):
    """Another schedule of the tenant has this name."""

    code = "schedule-name-taken"
    title = "The name is taken"


class SystemScheduleError(ConflictError):
    """NetSentinel made this schedule itself: it can be paused and triggered, but neither changed nor deleted."""

    code = "system-schedule"
    title = "The schedule belongs to NetSentinel"
