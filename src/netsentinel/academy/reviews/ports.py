"""Where answers are kept."""

from typing import Protocol

from netsentinel.academy.reviews.model import ReviewAnswer
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class AnswerLog(Protocol):
    """Keeps what people answered."""

    def note(self, tx: Tx, tenant: TenantId, answer: ReviewAnswer) -> None:
        """Keep an answer; of one of the same id, whether it is undone is replaced."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, answer_id: str) -> ReviewAnswer | None:
        """The answer of this id."""
        ...

    def standing(self, tx: ReadTx, tenant: TenantId, review: str | None = None) -> list[ReviewAnswer]:
        """The answers that were not undone, by id: to one suggestion, or all."""
        ...

    def stamp(self, tx: ReadTx, tenant: TenantId) -> tuple[int, Micros]:
        """Something that is different after every answer and every undoing."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, before: str | None, limit: int) -> list[ReviewAnswer]:
        """Answers, newest first, beginning after the one of the id `before`."""
        ...
