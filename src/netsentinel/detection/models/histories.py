"""Features of entities over time: what each did in its last eight windows, for models that look at a course."""

from collections.abc import Sequence

import msgspec
import numpy as np

from netsentinel.detection.models.table import Category, Feature, Floats, Kind, Schema, Singles, Table
from netsentinel.detection.models.windows import WINDOWS, Closed, rows_of
from netsentinel.detection.tables import Key, StalestFirst

DEPTH = 8
"""Windows that a row tells of: the one that is over, and those before it."""

_MOST = 5_000
"""Entities whose past is kept; the one goes first that was silent longest of the tenant that has the most of them."""

_BACK = 12
"""A window so many spans older than the newest one means that the clock went back."""

_WIDTH = len(WINDOWS.numbers)


def lagged(name: str, lag: int) -> str:
    """What a feature is called so many windows before the one that is over."""
    return f"{name}-{lag}" if lag else name


def _lagged(feature: Feature, lag: int) -> Feature:
    if not lag:
        return feature
    before = f"{feature.window}, {lag} window{'s' if lag > 1 else ''} before"
    return msgspec.structs.replace(feature, name=lagged(feature.name, lag), window=before)


HISTORIES = Schema(
    (
        *(_lagged(one, lag) for lag in range(DEPTH) for one in WINDOWS.features if one.kind is Kind.NUMBER),
        *(one for one in WINDOWS.features if one.kind is Kind.CATEGORY),
    )
)
"""The features of `WINDOWS`, of the window that is over and of the seven before it. A window in which nothing was seen
of an entity counts as zeros: silence is behaviour, too."""


class _Past(msgspec.Struct, array_like=True):
    """The windows of one entity."""

    newest: int = 0
    """The span of the first row."""
    rows: bytes = b""
    """Of consecutive spans, the newest first: `DEPTH` - 1 rows of 32-bit floats. Empty before the first window."""


class Histories:
    """Remembers what entities did in their latest windows."""

    def __init__(self) -> None:
        self._known = StalestFirst(_Past, _MOST)
        """Tenant, segment and entity -> its past."""

    def rows(self, windows: Sequence[Closed]) -> Table:
        """Windows with what came before them, as rows of `HISTORIES`; they are remembered in their turn."""
        latest = rows_of(windows)
        numbers = np.zeros((len(windows), DEPTH, _WIDTH))
        for at, one in enumerate(windows):
            numbers[at, 0] = latest.numbers[at]
            numbers[at, 1:] = self._before((one.tenant, one.segment, one.entity), one.window.span, latest.numbers[at])
        categories = (Category(one.values, one.codes) for one in latest.categories)
        return Table(HISTORIES, numbers.reshape(len(windows), DEPTH * _WIDTH), tuple(categories))

    def save(self) -> bytes:
        """Everything that is remembered."""
        return self._known.save()

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean a fresh start."""
        self._known.load(state)

    def _before(self, key: Key, span: int, row: Floats) -> Singles:
        """What the entity did in the windows before this one. Shape (`DEPTH` - 1, features)."""
        past = self._known.touch(key)
        found = np.zeros((DEPTH - 1, _WIDTH), dtype=np.float32)
        if not past.rows or past.newest - span > _BACK:
            past.newest, past.rows = span, _kept(row, found)
            return found
        rows = np.frombuffer(past.rows, dtype=np.float32).reshape(DEPTH - 1, _WIDTH)
        gap = span - past.newest
        if gap <= 0:  # a latecomer is told with what lies before it, and is in nobody's past
            earlier = rows[1 - gap :]
            found[: len(earlier)] = earlier
            return found
        if gap < DEPTH:
            found[gap - 1 :] = rows[: DEPTH - gap]
        past.newest, past.rows = span, _kept(row, found)
        return found


def _kept(row: Floats, before: Singles) -> bytes:
    return np.concatenate([row[None].astype(np.float32), before[:-1]]).tobytes()
