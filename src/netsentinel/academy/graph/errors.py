"""What can be wrong with the knowledge graph."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class InvalidClaimError(InvalidInputError):
    """A concept or an edge that cannot be: without a name, of itself, too long, or of an impossible weight."""

    code = "invalid-claim"
    title = "The graph cannot hold that"


class PrerequisiteCycleError(ConflictError):
    """Prerequisites would go round in circles; `cycle` names the concepts on the way, the first again at the end."""

    code = "prerequisite-cycle"
    title = "The prerequisites would go round in circles"


class ConceptExistsError(ConflictError):
    """There is a concept of that name; `concept` is its id."""

    code = "concept-exists"
    title = "There is such a concept already"


class OperationNotUndoneError(ConflictError):
    """The operation was undone before, or cannot be undone."""

    code = "operation-not-undone"
    title = "That cannot be undone"
