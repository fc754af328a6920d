"""Writing questions: many at once from a file, one after the other by hand, approved and retired by a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from netsentinel.academy.practice.checking import check
from netsentinel.academy.practice.entries import QUESTION_CHANGED, QuestionChanged
from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.model import PREFIX, Content, Imported, Question, QuestionPage, QuestionState, Source
from netsentinel.academy.practice.ports import QuestionFilter, QuestionStore
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

MOST_AT_ONCE: Final = 500
MAX_SLUG: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A question as somebody writes it."""

    slug: str
    content: Content
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What is put right of a question; what is empty stays."""

    prompt: str = ""
    explanation: str = ""
    options: tuple[str, ...] = ()
    """Instead of those of a choice, one for one in the same order: what is right stays right."""

    def of(self, content: Content) -> Content:
        """The content with this put right.

        Raises:
            InvalidQuestionError: there are more or fewer options than there were.
        """
        key, options = content.key, self.options or content.options
        if len(options) != len(content.options):
            raise InvalidQuestionError(f"The question has {len(content.options)} options; state each, in its order.")
        if self.options:
            new = dict(zip(content.options, options, strict=True))
            key = replace(key, right=tuple(new[one] for one in key.right))
        return replace(
            content,
            prompt=self.prompt or content.prompt,
            explanation=self.explanation or content.explanation,
            options=options,
            key=key,
        )


class Questions:
    """A tenant's questions, for those who teach."""

    def __init__(self, db: Database, store: QuestionStore, clock: Clock) -> None:
        self._db = db
        self._store = store
        self._clock = clock

    async def write(
        self, principal: Principal, written: Sequence[Written], state: QuestionState = QuestionState.APPROVED
    ) -> Imported:
        """Write questions by their slugs, all or none: what is new is added, what is different is a new version.

        Args:
            principal: who writes.
            written: at most 500.
            state: `draft` for what a person has yet to approve; an existing question stays what it is then.

        Raises:
            InvalidQuestionError: one cannot be asked; the sentence begins with its slug.
        """
        if len(written) > MOST_AT_ONCE or len({one.slug for one in written}) != len(written):
            raise InvalidQuestionError(f"At most {MOST_AT_ONCE} questions at once, each with a slug of its own.")
        for one in written:
            try:
                _check_slug(one.slug)
                check(one.content)
            except InvalidQuestionError as error:
                raise InvalidQuestionError(f"{one.slug[:MAX_SLUG]}: {error.detail}") from error
        return await self._db.write(lambda tx: self._write(tx, principal, written, state))

    def _write(self, tx: Tx, principal: Principal, written: Sequence[Written], state: QuestionState) -> Imported:
        old = self._store.named(tx, principal.tenant, {one.slug for one in written})
        added = changed = 0
        ids: list[str] = []
        for one in written:
            before = old.get(one.slug)
            if before is None:
                question = self._new(principal, one, state)
                added += 1
            elif state is QuestionState.DRAFT or _says(before) == (one.content, one.source, state):
                ids.append(before.id)
                continue
            else:
                question = replace(
                    before,
                    version=before.version + 1,
                    state=state,
                    content=one.content,
                    source=one.source,
                    by=principal.id,
                    at=self._clock.now(),
                )
                changed += 1
            self._keep(tx, principal, question)
            ids.append(question.id)
        return Imported(added, changed, len(written) - added - changed, tuple(ids))

    def _new(self, principal: Principal, one: Written, state: QuestionState) -> Question:
        now = self._clock.now()
        return Question(
            id=new_id(PREFIX, now),
            tenant=principal.tenant,
            slug=one.slug,
            version=1,
            state=state,
            content=one.content,
            source=one.source,
            by=principal.id,
            at=now,
        )

    async def absent(self, tenant: TenantId, slugs: Collection[str]) -> set[str]:
        """Those of these slugs that the tenant has no question of."""
        return set(slugs) - (await self._db.read(lambda tx: self._store.named(tx, tenant, slugs))).keys()

    async def decide(
        self, principal: Principal, question_id: str, state: QuestionState, revision: Revision | None = None
    ) -> Question:
        """Approve or retire a question, or put it right on the way: a new version, unless nothing is different.

        Raises:
            NotFoundError: the tenant has no such question.
            InvalidQuestionError: it cannot be asked like this.
        """

        def change(tx: Tx) -> Question:
            before = self._found(tx, principal.tenant, question_id)
            wanted = replace(before, state=state, content=revision.of(before.content) if revision else before.content)
            check(wanted.content)
            if wanted == before:
                return before
            question = replace(wanted, version=before.version + 1, by=principal.id, at=self._clock.now())
            self._keep(tx, principal, question)
            return question

        return await self._db.write(change)

    async def get(self, tenant: TenantId, question_id: str) -> Question:
        """A question with its answer, for those who teach.

        Raises:
            NotFoundError: the tenant has no such question.
        """
        return await self._db.read(lambda tx: self._found(tx, tenant, question_id))

    async def page(
        self, tenant: TenantId, where: QuestionFilter, *, limit: int, cursor: str | None = None
    ) -> QuestionPage:
        """Questions with their answers, by slug, for those who teach.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        last = str(decode_cursor(cursor, str)[0]) if cursor else ""
        found = await self._db.read(lambda tx: self._store.page(tx, tenant, where, last, limit + 1))
        items = tuple(found[:limit])
        return QuestionPage(items, encode_cursor((items[-1].slug,)) if len(found) > limit else None)

    def _found(self, tx: ReadTx, tenant: TenantId, question_id: str) -> Question:
        question = self._store.get(tx, tenant, question_id)
        if question is None:
            raise NotFoundError(f"There is no question {question_id[:80]}.")
        return question

    def _keep(self, tx: Tx, principal: Principal, question: Question) -> None:
        self._store.put(tx, question)
        told = QuestionChanged(id=question.id, slug=question.slug, number=question.version, state=question.state)
        tx.append(NewEntry(QUESTION_CHANGED, principal.tenant, principal.id, question.id, told))


def _says(question: Question) -> tuple[Content, Source, QuestionState]:
    return question.content, question.source, question.state


def _check_slug(slug: str) -> None:
    if not 1 <= len(slug) <= MAX_SLUG or not slug.isprintable() or slug != slug.strip():
        raise InvalidQuestionError(f"A slug has 1 to {MAX_SLUG} printable characters.")
