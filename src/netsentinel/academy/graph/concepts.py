"""What people do with concepts: make, rename, alias, merge, split and remove them, take that back, and judge edges."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from netsentinel.academy.graph.claims import MAX_NAME
from netsentinel.academy.graph.derivation import Derivation
from netsentinel.academy.graph.entries import CONCEPT_EDITED, ConceptEdited
from netsentinel.academy.graph.errors import (
    ConceptExistsError,
    InvalidClaimError,
    OperationNotUndoneError,
)
from netsentinel.academy.graph.judging import Judging, known_concept
from netsentinel.academy.graph.keys import id_of, is_id, key_of
from netsentinel.academy.graph.model import (
    PEOPLE,
    Change,
    Claims,
    Concept,
    ConceptClaim,
    EdgeKey,
    Operation,
    OperationKind,
    Stated,
    Statements,
)
from netsentinel.academy.graph.resolution import Resolution, touched_by
from netsentinel.academy.graph.service import Graph, GraphGround, announce
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Tx

MOST_OPERATIONS: Final = 5_000
"""That a tenant keeps, undone ones included; they are read with every change."""

Decide = Callable[[Tx, Resolution, int], Operation]
"""(transaction, what was decided so far, number of the new operation) -> the operation."""


class Concepts:
    """Decisions about concepts, and people's word on edges."""

    def __init__(self, ground: GraphGround, graph: Graph) -> None:
        self._ground = ground
        self._graph = graph
        self._derivation = Derivation(ground.ledger, ground.rows)
        self.judging = Judging(ground, graph)

    # Making and deciding.

    async def create(self, principal: Principal, claim: ConceptClaim) -> Concept:
        """Make a concept by hand. One that was removed comes back.

        Raises:
            ConceptExistsError: there is one of that name or key.
            InvalidClaimError: the name is not possible.
        """

        def make(tx: Tx) -> Concept:
            tenant = principal.tenant
            number = self._ground.rows.lock(tx, tenant) + 1
            operations = self._ground.operations.all(tx, tenant)
            resolution = Resolution(operations)
            concept_id = resolution.meant(key_of(claim.key or claim.name), "")
            self._check_free(tx, tenant, concept_id, claim.name)
            if resolution.is_removed(concept_id):
                now = self._ground.clock.now()
                restore = Operation(
                    number=number, kind=OperationKind.RESTORE, concept=concept_id, by=principal.id, at=now
                )
                self._take(tx, principal, operations, restore)
            self._graph.state_in(tx, principal, PEOPLE, Claims((claim,)), replaces=False)
            return self._graph.concept_in(tx, tenant, concept_id)

        return await self._ground.db.write(make)

    async def rename(self, principal: Principal, concept: str, name: str) -> Operation:
        """Call a concept something else. What is stated under that name from now on is about this concept.

        Raises:
            NotFoundError: the tenant has no such concept.
            ConceptExistsError: another concept has that name: merge them instead.
            InvalidClaimError: the name is not possible.
        """
        return await self._decide(principal, concept, self._named(OperationKind.RENAME, principal, concept, name))

    async def alias(self, principal: Principal, concept: str, name: str) -> Operation:
        """Have a concept known by another name too. Errors as for `rename`."""
        return await self._decide(principal, concept, self._named(OperationKind.ALIAS, principal, concept, name))

    def _named(self, kind: OperationKind, principal: Principal, concept: str, name: str) -> Decide:
        name = _checked_name(name)

        def decide(tx: Tx, resolution: Resolution, number: int) -> Operation:
            owner, key = resolution.followed(concept), key_of(name)
            meant = resolution.meant(key, "")
            if meant != owner:
                self._check_free(tx, principal.tenant, meant, name)
            keys = () if meant == owner and kind is OperationKind.RENAME else (key,)
            return self._operation(principal, kind, owner, number, name=name, keys=keys)

        return decide

    async def merge(self, principal: Principal, concept: str, into: str) -> Operation:
        """Have a concept be another one: everything that is or will be said of it is about that one.

        Raises:
            NotFoundError: the tenant has no such concepts.
            PrerequisiteCycleError: one requires the other by way of a third, as people or references say.
            InvalidClaimError: they are one already.
        """
        return await self._ground.db.write(lambda tx: self.merge_in(tx, principal, concept, into))

    def merge_in(self, tx: Tx, principal: Principal, concept: str, into: str) -> Operation:
        """`merge` in the caller's transaction. Errors as there."""

        def decide(tx: Tx, resolution: Resolution, number: int) -> Operation:
            gone, kept = resolution.followed(concept), resolution.followed(into)
            self._known(tx, principal.tenant, kept)
            if gone == kept:
                raise InvalidClaimError("A concept cannot be merged with itself.")
            self.judging.check_merge(tx, principal.tenant, gone, kept)
            return self._operation(principal, OperationKind.MERGE, gone, number, other=kept)

        return self._decide_in(tx, principal, concept, decide)

    async def split(
        self, principal: Principal, concept: str, name: str, *, names: Iterable[str] = (), origins: Iterable[str] = ()
    ) -> Operation:
        """Move some of what is said of a concept to a new one, which the operation's `other` names.

        Args:
            principal: who decides.
            concept: the concept that means two things.
            name: what the new one is called.
            names: what is said under these names moves; under all its names when empty.
            origins: only what these say moves, for example `medium:med_...`; what all of them say when empty.

        Raises:
            NotFoundError: the tenant has no such concept.
            ConceptExistsError: there is a concept of the new name.
            InvalidClaimError: nothing would move, or nothing would stay.
        """
        name = _checked_name(name)
        wanted, only = {key_of(one) for one in names}, tuple(sorted(set(origins)))

        def decide(tx: Tx, resolution: Resolution, number: int) -> Operation:
            tenant, owner = principal.tenant, resolution.followed(concept)
            meant = resolution.meant(key_of(name), "")
            if meant != owner:
                self._check_free(tx, tenant, meant, name)
            fresh = meant if meant == id_of(key_of(name)) != owner else id_of(f"{key_of(name)} {number}")
            said = self._ground.ledger.of_concepts(tx, tenant, {owner})
            edges = self._ground.ledger.touching(tx, tenant, {owner})
            spoken = [(one.claim.key, str(one.origin)) for one in said]
            spoken += [(one.claim.source, str(one.origin)) for one in edges if one.key.source == owner]
            spoken += [(one.claim.target, str(one.origin)) for one in edges if one.key.target == owner]
            moved = {pair for pair in spoken if (not wanted or pair[0] in wanted) and (not only or pair[1] in only)}
            stays = [one for one in said if (one.claim.key, str(one.origin)) not in moved]
            if not any((one.claim.key, str(one.origin)) in moved for one in said) or not stays:
                raise InvalidClaimError("A split moves some of what is said of a concept, and leaves some.")
            keys = tuple(sorted({key for key, _ in moved if not is_id(key)}))
            return self._operation(
                principal, OperationKind.SPLIT, owner, number, other=fresh, name=name, keys=keys, origins=only
            )

        return await self._decide(principal, concept, decide)

    async def remove(self, principal: Principal, concept: str) -> Operation:
        """Decide that there is no such concept, whatever media say now or later. Undoing that brings it back.

        Raises:
            NotFoundError: the tenant has no such concept.
        """

        def decide(_tx: Tx, resolution: Resolution, number: int) -> Operation:
            return self._operation(principal, OperationKind.REMOVE, resolution.followed(concept), number)

        return await self._decide(principal, concept, decide)

    async def undo(self, principal: Principal, number: int) -> Operation:
        """Take an operation back. Everything is then as it would be without it; operations since then stay.

        Raises:
            NotFoundError: the tenant has no such operation.
            OperationNotUndoneError: it was undone before.
        """
        return await self._ground.db.write(lambda tx: self.undo_in(tx, principal, number))

    def undo_in(self, tx: Tx, principal: Principal, number: int) -> Operation:
        """`undo` in the caller's transaction. Errors as there."""
        self._ground.rows.lock(tx, principal.tenant)
        operations = self._ground.operations.all(tx, principal.tenant)
        found = next((one for one in operations if one.number == number), None)
        if found is None:
            raise NotFoundError(f"There is no operation {number}.")
        if found.undone_by:
            raise OperationNotUndoneError(f"Operation {number} was undone before.")
        undone = replace(found, undone_by=principal.id, undone_at=self._ground.clock.now())
        self._take(tx, principal, operations, undone)
        return undone

    async def history(self, tenant: TenantId, concept: str | None = None) -> list[Operation]:
        """What people decided, newest first: about one concept, or about all."""
        operations = await self._ground.db.read(lambda tx: self._ground.operations.all(tx, tenant))
        return [one for one in reversed(operations) if concept in (None, one.concept, one.other)]

    # People's word on edges.

    async def confirm(self, principal: Principal, key: EdgeKey, sentence: str = "") -> Stated:
        """Vouch for an edge, whether or not a medium states it.

        Raises:
            NotFoundError: the tenant has no such concepts.
            PrerequisiteCycleError: it would close a cycle of what people and references say.
            InvalidClaimError: it leads from a concept to itself.
        """
        return await self._ground.db.write(lambda tx: self.judging.confirm(tx, principal, key, sentence))

    async def deny(self, principal: Principal, key: EdgeKey, sentence: str = "") -> Stated:
        """Say that an edge is not so: it stops counting, whatever states it.

        Raises:
            NotFoundError: the tenant has no such concepts.
        """
        return await self._ground.db.write(lambda tx: self.judging.deny(tx, principal, key, sentence))

    async def retract(self, principal: Principal, key: EdgeKey) -> None:
        """Take back what people said of an edge."""
        await self._ground.db.write(lambda tx: self.judging.retract(tx, principal, key))

    # What several of these need.

    async def _decide(self, principal: Principal, concept: str, decide: Decide) -> Operation:
        return await self._ground.db.write(lambda tx: self._decide_in(tx, principal, concept, decide))

    def _decide_in(self, tx: Tx, principal: Principal, concept: str, decide: Decide) -> Operation:
        number = self._ground.rows.lock(tx, principal.tenant) + 1
        operations = self._ground.operations.all(tx, principal.tenant)
        resolution = Resolution(operations)
        self._known(tx, principal.tenant, resolution.followed(concept))
        operation = decide(tx, resolution, number)
        self._take(tx, principal, operations, operation)
        return operation

    def _take(self, tx: Tx, principal: Principal, operations: list[Operation], operation: Operation) -> None:
        """Keep an operation, or that it is undone, and have statements mean what they mean then.

        Raises:
            InvalidClaimError: the tenant made as many decisions as it may; they can still be undone.
        """
        if len(operations) >= MOST_OPERATIONS and not operation.undone_by:
            raise InvalidClaimError(
                f"A tenant makes at most {MOST_OPERATIONS:,} decisions about concepts, undone ones included."
            )
        tenant, ground = principal.tenant, self._ground
        named = self._ground.rows.concepts(tx, tenant, {operation.concept})
        number = ground.rows.lock(tx, tenant) + 1
        before = Resolution(operations)
        after = Resolution(
            sorted(
                [*(one for one in operations if one.number != operation.number), operation], key=lambda one: one.number
            )
        )
        ids = touched_by(operation, before, after)
        statements = Statements(
            tuple(ground.ledger.of_concepts(tx, tenant, ids)), tuple(ground.ledger.touching(tx, tenant, ids))
        )
        old, new = after.renewed(statements)
        ground.ledger.put(tx, tenant, new)
        ground.operations.note(tx, tenant, operation)
        touched = Statements((*old.concepts, *new.concepts), (*old.edges, *new.edges))
        derived = self._derivation.follow(tx, tenant, number, after, touched, ids)
        if not derived.change:
            ground.rows.put(tx, tenant, Change(version=number))  # the number is taken
        announce(tx, principal, str(PEOPLE), derived)
        named = named or ground.rows.concepts(tx, tenant, {operation.concept})
        concept = named.get(operation.concept)
        told = ConceptEdited(
            operation=operation.kind,
            number=operation.number,
            name=concept.name if concept else operation.name,
            other=operation.other,
            is_undone=bool(operation.undone_by),
        )
        tx.append(NewEntry(CONCEPT_EDITED, tenant, principal.id, operation.concept, told))

    def _operation(
        self,
        principal: Principal,
        kind: OperationKind,
        concept: str,
        number: int,
        *,
        other: str = "",
        name: str = "",
        keys: tuple[str, ...] = (),
        origins: tuple[str, ...] = (),
    ) -> Operation:
        return Operation(
            number=number,
            kind=kind,
            concept=concept,
            other=other,
            name=name,
            keys=keys,
            origins=origins,
            by=principal.id,
            at=self._ground.clock.now(),
        )

    def _known(self, tx: Tx, tenant: TenantId, concept_id: str) -> Concept:
        return known_concept(self._ground, tx, tenant, concept_id)

    def _check_free(self, tx: Tx, tenant: TenantId, concept_id: str, name: str) -> None:
        found = self._ground.rows.concepts(tx, tenant, {concept_id}).get(concept_id)
        if found is not None:
            raise ConceptExistsError(f"{name!r} is the concept {found.name!r} already.", concept=found.id)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not key_of(name) or len(name) > MAX_NAME:
        raise InvalidClaimError(f"A concept's name has between 1 and {MAX_NAME} characters: {name[:60]!r}.")
    return name
