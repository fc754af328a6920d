"""What a learner masters now and why: by own answers, by what is forgotten, and by what builds on it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from netsentinel.academy import MASTERED
from netsentinel.academy.graph import Graph
from netsentinel.academy.practice.mastery import (
    DEFAULT_WEIGHTS,
    Weights,
    gathered,
    own_mastery,
    recall,
    strength,
    with_credit,
)
from netsentinel.academy.practice.naming import Meant, meant
from netsentinel.academy.practice.ports import AttemptStore, EvidenceStore, ModelStore
from netsentinel.academy.practice.results import (
    Because,
    ConceptMastery,
    Evidence,
    Masteries,
    MasteryDetail,
    MasteryMove,
    ReasonCode,
    TeamConcept,
    TeamMastery,
)
from netsentinel.academy.practice.words import ago, percent
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx

_MOVES: Final = 50
_LEAST_CREDITED: Final = 0.05
"""What is hardly mastered says nothing about its prerequisites."""
_NOTHING: Final = Evidence()


@dataclass(frozen=True, slots=True)
class StandingGround:
    """What standings are worked out from."""

    db: Database
    evidence: EvidenceStore
    attempts: AttemptStore
    models: ModelStore
    graph: Graph
    clock: Clock


@dataclass(frozen=True, slots=True)
class Known:
    """A learner's mastery of everything, at one time."""

    at: Micros
    weights: Weights
    evidence: Mapping[str, Evidence]
    """By id of the concept."""
    merged: Mapping[str, str]
    """Id of a concept with answers -> the one that it was merged into."""
    credit: Mapping[str, tuple[float, str]]
    """Id of a concept -> the best mastery of those that build on it, and which that is."""

    @property
    def spoken(self) -> dict[str, str]:
        """Id of a concept -> what it was called in the question."""
        return {concept: one.name for concept, one in self.evidence.items()}

    def merged_into(self, concept: str) -> list[str]:
        """Ids of concepts that were merged into this one, and that there are answers of."""
        return [gone for gone, kept in self.merged.items() if kept == concept]

    def mastery(self, concept: str) -> float:
        """0 to 1."""
        own = own_mastery(self.evidence.get(concept, _NOTHING), self.weights, self.at)
        return with_credit(own, self.credit.get(concept, (0.0, ""))[0])


class Standing:
    """Says what people master; courses ask it."""

    def __init__(self, ground: StandingGround) -> None:
        self._ground = ground

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:
        """Key of a concept -> how well the user masters it now, 0 to 1; what nothing is known of is left out.

        Args:
            tenant: whose user it is.
            user: id of the principal.
            concepts: keys of concepts, at most some hundreds.
        """
        known = await self.known(tenant, user)
        if not known.evidence:
            return {}
        named = await meant(self._ground.graph, tenant, concepts)
        values = {key: known.mastery(named[key].id) for key in concepts}
        return {key: value for key, value in values.items() if value > 0}

    async def mine(self, principal: Principal) -> Masteries:
        """Everything that the caller ever answered about, the least mastered first."""
        known = await self.known(principal.tenant, principal.id)
        named = await meant(self._ground.graph, principal.tenant, known.evidence.keys(), known.spoken)
        items = [self._explained(known, one, named) for one in named.values()]
        items.sort(key=lambda one: (one.mastery, one.name))
        return Masteries(tuple(items), sum(one.is_mastered for one in items))

    async def detail(self, principal: Principal, concept: str) -> MasteryDetail:
        """The caller's mastery of one concept, what moved it, and which prerequisites are not mastered.

        Args:
            principal: whose mastery it is.
            concept: its id, key or name.
        """
        graph, tenant = self._ground.graph, principal.tenant
        known = await self.known(tenant, principal.id)
        one = (await meant(graph, tenant, [concept], known.spoken))[concept]
        before = await graph.vouched(tenant, [one.id])
        shown = {one.id, *known.evidence, *(credit[1] for credit in known.credit.values())}
        named = {found.id: found for found in (await meant(graph, tenant, shown, known.spoken)).values()} | {
            one.id: one
        }
        lacks = [self._explained(known, named[other], named) for other in before if other in known.evidence]
        moves = await self._read_moves(tenant, principal.id, {one.id, *known.merged_into(one.id)})
        return MasteryDetail(
            mastery=self._explained(known, one, named),
            moves=tuple(moves),
            lacks=tuple(other for other in lacks if not other.is_mastered),
        )

    async def _read_moves(self, tenant: TenantId, user: str, concepts: Collection[str]) -> list[MasteryMove]:
        attempts = self._ground.attempts
        return await self._ground.db.read(lambda tx: attempts.moves(tx, tenant, user, concepts, _MOVES))

    async def team(self, tenant: TenantId) -> TeamMastery:
        """How every concept stands with everybody, as counts only: nobody's own results are in it."""
        ground, now = self._ground, self._ground.clock.now()

        def read(tx: ReadTx) -> tuple[list[tuple[str, str, Evidence]], dict[str, str], Weights]:
            rows = ground.evidence.of_everybody(tx, tenant)
            merged = ground.graph.merged_in(tx, tenant, {concept for _, concept, _ in rows})
            return rows, merged, self.weights_in(tx, tenant)

        rows, merged, weights = await ground.db.read(read)
        of: defaultdict[str, list[Evidence]] = defaultdict(list)
        for _, own in groupby(rows, key=itemgetter(0)):
            for concept, evidence in gathered((row[1:] for row in own), merged, now).items():
                of[concept].append(evidence)
        spoken = {concept: all_[0].name for concept, all_ in of.items()}
        named = await meant(ground.graph, tenant, of.keys(), spoken)
        items = [
            TeamConcept(
                concept=concept,
                name=named[concept].name,
                learners=len(all_),
                mastered=sum(own_mastery(one, weights, now) >= MASTERED for one in all_),
                answers=sum(one.answers for one in all_),
                right=sum(one.right for one in all_),
            )
            for concept, all_ in of.items()
        ]
        items.sort(key=lambda one: (one.mastered / one.learners, one.name))
        return TeamMastery(tuple(items))

    async def known(self, tenant: TenantId, user: str) -> Known:
        """Everything that a learner masters now."""
        ground, now = self._ground, self._ground.clock.now()

        def read(tx: ReadTx) -> tuple[dict[str, Evidence], dict[str, str], Weights]:
            rows = ground.evidence.of(tx, tenant, user)
            return rows, ground.graph.merged_in(tx, tenant, rows), self.weights_in(tx, tenant)

        rows, merged, weights = await ground.db.read(read)
        evidence = gathered(rows.items(), merged, now)
        mastered = {concept: own_mastery(one, weights, now) for concept, one in evidence.items()}
        crediting = {concept: own for concept, own in mastered.items() if own >= _LEAST_CREDITED}
        steps = await ground.graph.vouched_steps(tenant, crediting.keys())
        return Known(now, weights, evidence, merged, _credit(crediting, steps))

    def weights_in(self, tx: ReadTx, tenant: TenantId) -> Weights:
        """The weights of the tenant's model; the defaults while nothing was fitted."""
        fitted = self._ground.models.get(tx, tenant)
        return fitted.weights if fitted else DEFAULT_WEIGHTS

    def _explained(self, known: Known, one: Meant, named: Mapping[str, Meant]) -> ConceptMastery:
        evidence = known.evidence.get(one.id, _NOTHING)
        mastery = known.mastery(one.id)
        return ConceptMastery(
            concept=one.id,
            key=one.key,
            name=one.name,
            mastery=mastery,
            is_mastered=mastery >= MASTERED,
            right=evidence.right,
            wrong=evidence.wrong,
            last_at=evidence.at,
            reasons=reasons_of(known, one.id, named),
        )


def _credit(mastered: Mapping[str, float], steps: Mapping[str, Collection[str]]) -> dict[str, tuple[float, str]]:
    """Id of a concept -> the best mastery of those that build on it, and which that is.

    Args:
        mastered: id of a concept -> how well it is mastered.
        steps: id of a concept -> its prerequisites; without cycles.
    """
    credit: dict[str, tuple[float, str]] = {}
    for own, concept in sorted(((own, concept) for concept, own in mastered.items()), reverse=True):
        layer = {concept}
        while layer := {other for one in layer for other in steps[one]} - credit.keys():
            credit |= dict.fromkeys(layer, (own, concept))
    return credit


def reasons_of(known: Known, concept: str, named: Mapping[str, Meant]) -> tuple[Because, ...]:
    """Why a mastery is what it is: answers, forgetting, and what builds on it."""
    evidence = known.evidence.get(concept, _NOTHING)
    reasons: list[Because] = []
    if not evidence.answers:
        reasons.append(Because(ReasonCode.UNSEEN, "Nothing about it was answered yet."))
    else:
        solid = strength(evidence, known.weights)
        since = ago(known.at - evidence.at)
        text = f"{evidence.right} of {evidence.answers} answers were right, the last one {since}: {percent(solid)}."
        reasons.append(Because(ReasonCode.ANSWERS, text, solid))
    if evidence.right:
        share = recall(evidence, known.at)
        reasons.append(
            Because(ReasonCode.RECALL, f"It is still remembered with a probability of {percent(share)}.", share)
        )
    best, other = known.credit.get(concept, (0.0, ""))
    if best and other:
        own = own_mastery(evidence, known.weights, known.at)
        gain = with_credit(own, best) - own
        name = named[other].name if other in named else "a concept"
        reasons.append(
            Because(
                ReasonCode.BUILDS,
                f"{name} builds on it, and is mastered to {percent(best)}: it adds {percent(gain)}.",
                gain,
                other,
            )
        )
    return tuple(reasons)
