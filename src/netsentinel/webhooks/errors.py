"""What can be wrong with a webhook."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError, UnavailableError


class InvalidWebhookError(InvalidInputError):
    """An endpoint's events or figures are not possible; the sentence says which and why."""

    code = "invalid-webhook"
    title = "The webhook is not possible"


class WebhookDisabledError(ConflictError):
    """The endpoint is disabled, so nothing is delivered to it."""

    code = "webhook-stopped"
    title = "The webhook is disabled"


class DeliveryUnderWayError(ConflictError):
    """The delivery has attempts to come; it can be replayed when they are over."""

    code = "delivery-under-way"
    title = "The delivery is under way"


class DeliveryFailedError(UnavailableError):
    """An attempt failed: the endpoint did not answer, or not with a status from 200 to 299."""

    code = "delivery-failed"
    title = "The endpoint did not take the message"

    def __init__(self, detail: str, *, retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class DeliveryDroppedError(ConflictError):
    """Nothing is left to deliver: the endpoint is disabled, deleted or may not see it, or another task has it."""

    code = "delivery-dropped"
    title = "The message is not delivered any more"
