"""The behaviour ensemble: does an entity do what it, and its like, usually do? Learns as it goes."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, NamedTuple, Self

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import row_keys, strongest
from netsentinel.detection.models.entities import Entities
from netsentinel.detection.models.parts import Inner, Place, Rows, Seed, Width, settings_of, under
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rarity import Rarity
from netsentinel.detection.models.relations import Relations
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.segments import CLIP, HalfSpaceTrees, Memory, Scales, Sketches, checked
from netsentinel.detection.models.table import Floats, Ints, Schema, Singles, Table

ENTITY, SEGMENT = "entity", "segment"
"""Categories that say whose row it is, and of which kind the entity is. Schemas without them are one entity's."""

MIN_SEGMENT = 100
"""Rows from which on a segment is judged by itself, and not with all others."""

MOST_SEGMENTS = 4
HELD_BACK = 0.2
_PARTS = 6
_FARTHEST = 500.0
"""What no exponential function makes infinite. Members that hardly varied among the rows held back go far beyond."""
_EVERYTHING = ""
_RELATIONS = "relations."


class _Said(msgspec.Struct, frozen=True):
    """What a model file says of a segment, beside its arrays."""

    kind: str
    places: Annotated[tuple[Place, ...], Meta(min_length=_PARTS, max_length=_PARTS)]
    widths: Annotated[tuple[Width, ...], Meta(min_length=_PARTS, max_length=_PARTS)]


class _Settings(msgspec.Struct, frozen=True):
    seed: Seed
    rows: Rows
    segments: Annotated[tuple[_Said, ...], Meta(max_length=MOST_SEGMENTS + 1)]
    rarity: Inner


class _Segment:
    """One kind of entities: what its rows look like, and how unusual scores are among them."""

    def __init__(
        self, scales: Scales, sketches: Sketches, trees: HalfSpaceTrees, memory: Memory, relations: Relations
    ) -> None:
        self.scales = scales
        self.sketches = sketches
        self.trees = trees
        self.memory = memory
        self.relations = relations
        self.places: Floats = np.zeros(_PARTS)
        self.widths: Floats = np.ones(_PARTS)
        self.tail = Tail(np.zeros(1), 1)

    @classmethod
    def of(cls, rows: Floats, random: np.random.Generator) -> Self:
        """What these rows look like."""
        scales = Scales.of(rows)
        width, points = rows.shape[1], scales.points(rows)
        relations = Relations.of(points)
        made = cls(scales, Sketches.empty(width), HalfSpaceTrees.grown(width, random), Memory.empty(width), relations)
        made._learn_alone(points)
        return made

    def learn(self, points: Singles) -> None:
        """Get used to these points."""
        self._learn_alone(points)
        self.relations.learn(points)

    def parts(self, points: Singles, deviations: Singles) -> Floats:
        """What each member of the ensemble says. Shape (rows, 6)."""
        own = np.minimum(np.abs(deviations), np.float32(CLIP))
        return np.stack(
            [
                np.log(np.sqrt((own * own).mean(axis=1, dtype=np.float64)) + 0.1),
                self.sketches.scores(points),
                self.trees.scores(points),
                np.log(self.memory.scores(points) + 0.1),
                *self.relations.scores(points).T,
            ],
            axis=1,
        )

    def calibrate(self, parts: Floats, rows: int) -> None:
        """Set places, widths and tail by rows that were not learnt from."""
        self.places, self.widths = parts.mean(axis=0), np.maximum(parts.std(axis=0), 1e-3)
        self.tail = Tail.of(self._sum(parts))
        self.tail.rows = rows

    def probabilities(self, parts: Floats) -> Floats:
        """The share of benign rows of this segment that are less unusual."""
        return self.tail.probabilities(self._sum(parts))

    def _learn_alone(self, points: Singles) -> None:
        """All but the relations, which have been learnt where they were chosen."""
        self.sketches.learn(points)
        self.trees.learn(points)
        self.memory.learn(points)

    def _sum(self, parts: Floats) -> Floats:
        """One positive number a row; members count alike, by their own spread."""
        return np.exp(np.minimum(((parts - self.places) / self.widths).mean(axis=1), _FARTHEST))


class _Part(NamedTuple):
    """Rows of one segment."""

    segment: _Segment
    places: Ints
    """In the table."""
    names: list[str]
    """Whose they are."""
    points: Singles


class Behaviour:
    """Six members, each blind to something.

    An entity's running means, quantile sketches, half-space trees, a memory, and two on how the values of a row go
    together (`relations.py`). Numbers above one are taken as logarithms; of a category counts how rare its value is.
    The members' scores are put on one scale by benign rows that were held back, and their mean is told as the share of
    such rows that are less unusual.

    Args:
        seed: of trees and of what is held back.
    """

    name: ClassVar[str] = "behaviour"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._schema = Schema(())
        self._rarity = Rarity(())
        self._entities = Entities(0)
        self._segments: dict[str, _Segment] = {}
        self._rows = 1

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Learn what the benign rows look like; rows that were held back calibrate, and are learnt then."""
        table = benign_only(table, labels)
        self._schema = table.schema
        self._rarity = Rarity.of(table, left_out=(ENTITY, SEGMENT))
        rows = self._numbers(table)
        names, kinds = _texts(table, ENTITY), np.array(_texts(table, SEGMENT), dtype=np.object_)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        random = np.random.default_rng(self._seed)
        self._segments = {_EVERYTHING: _Segment.of(rows[~back], random)}
        found, counts = np.unique(kinds[~back].astype(np.str_), return_counts=True)
        for place in np.argsort(-counts, kind="stable")[:MOST_SEGMENTS].tolist():
            kind = str(found[place])
            held = int((back & (kinds == kind)).sum())
            if counts[place] >= MIN_SEGMENT and held >= MIN_SEGMENT // 10 and kind != _EVERYTHING:
                self._segments[kind] = _Segment.of(rows[~back & (kinds == kind)], random)
        self._entities = Entities(rows.shape[1])
        self._rows = int(back.sum())
        for part in self._parts(table.take(~back)):
            self._entities.learn(part.names, part.points)
        for kind, segment in self._segments.items():
            mine = back if kind == _EVERYTHING else back & (kinds == kind)
            points = segment.scales.points(rows[mine])
            whose = [name for name, own in zip(names, mine, strict=True) if own]
            segment.calibrate(segment.parts(points, self._entities.deviations(whose, points)), self._rows)
        self.partial_fit(table.take(back))

    def partial_fit(self, table: Table) -> None:
        """Get used to these rows: entities' means move, sketches and trees count, the memory takes them up."""
        table.must_fit(self._schema)
        for part in self._parts(table):
            part.segment.learn(part.points)
            self._entities.learn(part.names, part.points)

    def score(self, table: Table) -> Floats:
        """The share of benign rows of the segment that are less unusual."""
        table.must_fit(self._schema)
        found = np.zeros(len(table))
        for part in self._parts(table):
            deviations = self._entities.deviations(part.names, part.points)
            found[part.places] = part.segment.probabilities(part.segment.parts(part.points, deviations))
        return found

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return Tail(np.zeros(1), self._rows).threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """The features that are farthest from what the entity, or with few rows its segment, usually shows.

        Those that do not go with the other features of the row count as well, from one nat of surprise on.
        """
        table.must_fit(self._schema)
        found: list[list[Contribution]] = [[] for _ in range(len(table))]
        for segment, places, names, points in self._parts(table):
            scales = segment.scales
            far = self._entities.deviations(names, points).astype(np.float64)
            odd = np.log(np.maximum(far * far, 1)) + np.maximum(segment.relations.blame(points) - 1, 0)
            usual = self._entities.usual(names) * scales.widths + scales.middles
            for at, place in enumerate(places.tolist()):
                weights = self._rarity.by_feature(self._schema, odd[at])
                found[place] = strongest(table, place, weights, top, self._rarity.usual(self._schema, usual[at]))
        return found

    def state(self) -> State:
        """Everything that it has learnt."""
        if not self._segments:
            raise ModelFileError("The model has not been trained.")
        arrays: dict[str, npt.NDArray[np.generic]] = {
            f"entities.{name}": array for name, array in self._entities.arrays().items()
        }
        segments: list[dict[str, Any]] = []
        for number, (kind, one) in enumerate(self._segments.items()):
            segments.append({"kind": kind, "places": one.places.tolist(), "widths": one.widths.tolist()})
            for name, array in _arrays(one).items():
                arrays[f"{number}.{name}"] = array
        settings = {
            "seed": self._seed,
            "rows": self._rows,
            "segments": segments,
            "rarity": self._rarity.settings(),
        }
        return State(settings, arrays)

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The ensemble that gave this state."""
        said = settings_of(state.settings, _Settings)
        made = cls(said.seed)
        made._rows = said.rows
        made._rarity = Rarity.restored(said.rarity, schema)
        width = made._rarity.width
        for number, one in enumerate(said.segments):
            arrays = under(f"{number}.", state.arrays)
            segment = _Segment(*checked(arrays, width), Relations.restored(under(_RELATIONS, arrays), width))
            segment.places, segment.widths = np.array(one.places), np.array(one.widths)
            segment.tail = Tail.restored(arrays, said.rows)
            made._segments[one.kind] = segment
        if _EVERYTHING not in made._segments or len(made._segments) != len(said.segments):
            raise ModelFileError("The segments of the model file do not fit together.")
        made._entities = Entities.restored(under("entities.", state.arrays), width)
        made._schema = schema
        return made

    def _numbers(self, table: Table) -> Floats:
        """Rows as numbers: logarithms of what spans decades, and how rare categories are."""
        return self._rarity.rows(table)

    def _parts(self, table: Table) -> Iterator[_Part]:
        """The rows that each segment judges, in order."""
        if not self._segments:
            raise ModelFileError("The model has not been trained.")
        rows, (words, whose) = self._numbers(table), _said(table, ENTITY)
        for kind, places in self._by_segment(table):
            segment = self._segments[kind]
            codes: list[int] = whose[places].tolist()
            names = [words[code] for code in codes]
            yield _Part(segment, places, names, segment.scales.points(rows[places]))

    def _by_segment(self, table: Table) -> Iterator[tuple[str, Ints]]:
        words, codes = _said(table, SEGMENT)
        left = np.ones(len(codes), dtype=np.bool_)
        for kind in self._segments:
            if kind != _EVERYTHING and kind in words:
                mine = codes == words.index(kind)
                left &= ~mine
                if mine.any():
                    yield kind, np.flatnonzero(mine)
        if left.any():
            yield _EVERYTHING, np.flatnonzero(left)


def _arrays(segment: _Segment) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "middles": segment.scales.middles,
        "widths": segment.scales.widths,
        "counts": segment.sketches.counts,
        "columns": segment.trees.columns,
        "cuts": segment.trees.cuts,
        "masses": segment.trees.masses,
        "rows": segment.memory.rows,
        "at": np.array([segment.memory.at], dtype=np.int64),
        "knots": segment.tail.knots,
        **{_RELATIONS + name: array for name, array in segment.relations.arrays().items()},
    }


def _said(table: Table, category: str) -> tuple[tuple[str, ...], Ints]:
    """The words of a category and which of them each row says, the last where it says none; "" without the category."""
    if category not in table.schema.categories:
        return ("",), np.zeros(len(table), dtype=np.int64)
    column = table.categories[table.schema.categories.index(category)]
    return (*column.values, ""), column.codes


def _texts(table: Table, category: str) -> list[str]:
    words, codes = _said(table, category)
    return [words[code] for code in codes.tolist()]
