"""Drafts of questions, made of what the graph says of concepts; nobody is asked one before a person approves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from netsentinel.academy.extraction import said_to_be
from netsentinel.academy.graph import (
    Concept,
    ConceptKind,
    EdgeStatement,
    Graph,
    Origin,
    OriginKind,
    Relation,
    Statements,
    key_of,
)
from netsentinel.academy.practice.cloze import Form, plain_text, prompt
from netsentinel.academy.practice.model import Content, Key, Question, QuestionKind, QuestionState, Source, SourceKind
from netsentinel.academy.practice.questions import Questions, Written
from netsentinel.academy.practice.siblings import DEPTH, NEAREST, distractors
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from netsentinel.kernel.types import Permission, Principal, TenantId

MOST_CONCEPTS: Final = 25
"""Concepts of one request."""
_WRONG: Final = 3
_MOST_LOOKED_AT: Final = 500
"""Concepts of a medium."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A concept of which nothing could be made."""

    concept: str
    """Its id."""
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What making drafts came to."""

    added: int
    """How many are new."""
    items: tuple[Question, ...]
    """What was made of these concepts now or before, in its present state."""
    skipped: tuple[Skipped, ...]
    left: int
    """How many concepts of the medium wait for the next request."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence that defines a concept, and where it stands."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draft asks, before its choices are drawn."""

    slug: str
    prompt: str
    saying: Saying


class Drafts:
    """Makes questions of a tenant's own graph."""

    def __init__(self, graph: Graph, questions: Questions) -> None:
        self._graph = graph
        self._questions = questions

    async def make(
        self, principal: Principal, *, concepts: Sequence[str] = (), medium: str = "", seed: int = 0
    ) -> Drafted:
        """Draft at most a cloze and a definition for each concept. The same graph and seed give the same drafts.

        Args:
            principal: who has them made.
            concepts: ids, keys or names of at most 25 concepts; or
            medium: id of a medium, of whose definitions drafts are made, 25 concepts a time, the surest first.
            seed: which of equally close siblings are the wrong choices; another seed makes other drafts.

        Raises:
            NotAllowedError: the principal may not read the graph.
            InvalidInputError: neither or both, or too many concepts.
            NotFoundError: there is no such concept, or the medium defines none.
        """
        if not principal.may(Permission.GRAPH_READ):
            raise NotAllowedError(f"This needs the permission {Permission.GRAPH_READ}.", permission="graph:read")
        if bool(concepts) is bool(medium) or len(concepts) > MOST_CONCEPTS:
            raise InvalidInputError(f"Either a medium or 1 to {MOST_CONCEPTS} concepts.")
        tenant, left = principal.tenant, 0
        if medium:
            asked, left = await self._of_medium(tenant, medium, seed)
        else:
            asked = await self._of_concepts(tenant, concepts, seed)
        written: list[Written] = []
        skipped: list[Skipped] = []
        for concept, wanted in asked:
            made = await self._written(tenant, concept, wanted, seed)
            written += made
            if not made:
                reason = f"fewer than {_WRONG} siblings to choose from" if wanted else "nothing defines it"
                skipped.append(Skipped(concept.id, concept.name, reason))
        done = await self._questions.write(principal, written, QuestionState.DRAFT)
        items = [await self._questions.get(tenant, one) for one in done.ids]
        return Drafted(added=done.added, items=tuple(items), skipped=tuple(skipped), left=left)

    async def _of_concepts(
        self, tenant: TenantId, names: Sequence[str], seed: int
    ) -> list[tuple[Concept, list[Asked]]]:
        meant = [await self._graph.called(tenant, name) for name in names]
        found = {one.id: one for one in meant}.values()
        return [(one, _asked(one, await self._graph.said_of(tenant, one.id), seed)) for one in found]

    async def _of_medium(
        self, tenant: TenantId, medium: str, seed: int
    ) -> tuple[list[tuple[Concept, list[Asked]]], int]:
        said = await self._graph.said_by(tenant, Origin(OriginKind.MEDIUM, medium))
        defining = [one for one in said.concepts if one.claim.text and one.claim.kind is not ConceptKind.MEDIUM]
        surest = sorted(defining, key=lambda one: (-one.claim.weight, one.claim.key))[:_MOST_LOOKED_AT]
        found = {one.id: one for one in await self._graph.find(tenant, {one.concept_id for one in surest})}
        ids = [one for one in dict.fromkeys(one.concept_id for one in surest) if one in found]
        if not ids:
            raise NotFoundError(f"There is no medium {medium[:80]} that defines a concept.")
        asked = {one: _asked(found[one], _about(said, one), seed) for one in ids}
        absent = await self._questions.absent(tenant, {one.slug for some in asked.values() for one in some})
        waiting = [one for one in ids if any(draft.slug in absent for draft in asked[one])]
        return [(found[one], asked[one]) for one in waiting[:MOST_CONCEPTS]], max(0, len(waiting) - MOST_CONCEPTS)

    async def _written(self, tenant: TenantId, concept: Concept, asked: Sequence[Asked], seed: int) -> list[Written]:
        if not asked:
            return []
        part = await self._graph.subgraph(tenant, concept.id, depth=DEPTH, limit=NEAREST)
        found: list[Written] = []
        for one in asked:
            wrong = distractors(concept, part, one.prompt, _WRONG, seed)
            if len(wrong) == _WRONG:
                content = _content(concept, one, wrong)
                found.append(Written(slug=one.slug, content=content, source=one.saying.source))
        return found


def _content(concept: Concept, asked: Asked, wrong: Sequence[str]) -> Content:
    text = asked.saying.text
    return Content(
        kind=QuestionKind.CHOICE,
        prompt=asked.prompt,
        options=tuple(sorted((concept.name, *wrong), key=str.casefold)),
        key=Key(right=(concept.name,)),
        explanation=f"{concept.name}: {text}",
        concepts=(concept.key,),
    )


def _about(said: Statements, concept_id: str) -> Statements:
    return Statements(
        tuple(one for one in said.concepts if one.concept_id == concept_id),
        tuple(one for one in said.edges if one.key.target == concept_id),
    )


def _asked(concept: Concept, said: Statements, seed: int) -> list[Asked]:
    """One of each form, of the firmest saying that makes one."""
    sayings = _sayings(concept, said)
    found: list[Asked] = []
    for form in Form:
        for saying in sayings:
            if text := prompt(form, saying.text, concept.names):
                digest = blake2b(saying.text.encode(), digest_size=6).hexdigest()
                slug = f"text/{concept.id}/{form}-{digest}{f'-{seed}' if seed else ''}"
                found.append(Asked(slug, text, saying))
                break
    return found


def _sayings(concept: Concept, said: Statements) -> list[Saying]:
    """What defines a concept: definitions by firmness, then sentences of media that are one."""
    ranked = sorted(said.concepts, key=lambda one: (-one.origin.kind.rank, -one.claim.weight, str(one.origin)))
    found = [
        Saying(plain_text(one.claim.text), _source(one.origin, concept, one.claim.position, one.claim.text))
        for one in ranked
        if one.claim.text.strip()
    ]
    keys = {key_of(name) for name in concept.names}
    edges = [one for one in said.edges if one.key.target == concept.id and one.key.relation is Relation.MENTIONS]
    for one in sorted(edges, key=_place):
        defined = said_to_be(plain_text(one.claim.sentence))
        if defined and key_of(defined[0]) in keys:
            source = _source(one.origin, concept, one.claim.position, one.claim.sentence)
            found.append(Saying(plain_text(one.claim.sentence), source))
    return found


def _place(one: EdgeStatement) -> tuple[str, str, str]:
    return str(one.origin), one.claim.position, one.claim.sentence


def _source(origin: Origin, concept: Concept, position: str, sentence: str) -> Source:
    kind = SourceKind.MEDIUM if origin.kind is OriginKind.MEDIUM else SourceKind.CONCEPT
    where = origin.id if kind is SourceKind.MEDIUM else concept.id
    return Source(kind=kind, id=where, position=position, sentence=plain_text(sentence))
