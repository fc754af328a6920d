"""What can go wrong with trained models: their place in life, who decides, and their training."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, UnavailableError


class ModelStageError(ConflictError):
    """The model's stage does not allow this: shadow comes before canary, canary before promotion."""

    code = "model-stage"
    title = "The model does not stand where it would have to"


class SecondPersonError(NotAllowedError):
    """A promotion needs two different people; an API key is nobody, and nobody is two."""

    code = "second-person"
    title = "Another person has to decide"


class NotServableError(ConflictError):
    """The model's rows are not those that the detection process works out from events, so it cannot judge them."""

    code = "model-not-servable"
    title = "The model cannot judge events"


class ModelQuotaError(ConflictError):
    """Models of as many lines as one tenant may have judge already (`NETSENTINEL_MODELS_LINES`)."""

    code = "model-quota"
    title = "No more lines of models may judge"


class InvalidTrainingError(InvalidInputError):
    """What was asked of a training does not go together; the sentence says what."""

    code = "invalid-training"
    title = "The training is not possible"


class TrainingFailedError(UnavailableError):
    """The process that trains ended without a result, for example because it ran out of memory."""

    code = "training-failed"
    title = "The training broke off"


class NoExplanationError(NotFoundError):
    """The alert was not raised by a model."""

    code = "no-explanation"
    title = "No model raised the alert"
