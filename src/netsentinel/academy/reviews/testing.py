"""An in-memory fake of the answers' store; it passes the same contract suite as the real one."""

from netsentinel.academy.reviews.model import ReviewAnswer
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryAnswers:
    """An `AnswerLog` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[TenantId, str], ReviewAnswer] = {}

    def note(self, tx: Tx, tenant: TenantId, answer: ReviewAnswer) -> None:
        """Keep an answer."""
        self._kept[tenant, answer.id] = answer

    def get(self, tx: ReadTx, tenant: TenantId, answer_id: str) -> ReviewAnswer | None:
        """The answer of this id."""
        return self._kept.get((tenant, answer_id))

    def standing(self, tx: ReadTx, tenant: TenantId, review: str | None = None) -> list[ReviewAnswer]:
        """The answers that were not undone, by id: to one suggestion, or all."""
        return [one for one in self._of(tenant) if not one.undone_at and review in (None, one.review)]

    def stamp(self, tx: ReadTx, tenant: TenantId) -> tuple[int, Micros]:
        """Something that is different after every answer and every undoing."""
        every = self._of(tenant)
        return len(every), sum(1 for one in every if one.undone_at)

    def page(self, tx: ReadTx, tenant: TenantId, before: str | None, limit: int) -> list[ReviewAnswer]:
        """Answers, newest first."""
        return [one for one in reversed(self._of(tenant)) if before is None or one.id < before][:limit]

    def _of(self, tenant: TenantId) -> list[ReviewAnswer]:
        return [one for (owner, _), one in sorted(self._kept.items()) if owner == tenant]
