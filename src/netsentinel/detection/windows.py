"""Sliding windows over event time: how many different things each key has shown lately.

Bounded, exact and deterministic: the same events in the same order give the same answers however they are cut into
batches, and a restored table goes on exactly where its snapshot stands.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import msgspec

from netsentinel.kernel.types import Micros

Key = tuple[str, ...]

_RESET_SPANS = 12
"""An event that is older than a key's newest by so many spans is no latecomer: the source's clock has gone back."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a table may hold. When it is full, the keys that were touched longest ago go first."""

    keys: int = 20_000
    entries: int = 200_000
    """Over all keys; one entry takes about 150 bytes."""
    entries_per_key: int = 256


class _Window(msgspec.Struct, array_like=True):
    newest: Micros = 0
    told_at: Micros = -1
    entries: dict[str, Micros] = msgspec.field(default_factory=dict[str, Micros])
    """Entry -> when it was seen last, in the order of arrival."""


class _Saved(msgspec.Struct, array_like=True):
    windows: list[tuple[Key, _Window]]


class SlidingWindows:
    """Counts different entries per key within a span of event time.

    Args:
        span: length of the window, in microseconds.
        bounds: what is held at most.
    """

    def __init__(self, span: Micros, bounds: Bounds) -> None:
        self._span = span
        self._bounds = bounds
        self._windows: dict[Key, _Window] = {}
        self._entries = 0

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def entries(self) -> int:
        """How many entries all keys hold."""
        return self._entries

    def add(self, key: Key, entry: str, at: Micros) -> int:
        """Note that a key has shown an entry; an upper bound of how many different ones its window holds now."""
        window = self._windows.pop(key, None)
        if window is None:
            window = _Window()
        self._windows[key] = window
        if at < window.newest - self._span:
            if at > window.newest - _RESET_SPANS * self._span:
                return len(window.entries)
            self._entries -= len(window.entries)
            window.entries.clear()
            window.newest = window.told_at = -1
        window.newest = max(window.newest, at)
        before = len(window.entries)
        old = window.entries.pop(entry, at)
        window.entries[entry] = max(old, at)
        self._drop_oldest(window)
        self._entries += len(window.entries) - before
        self._evict(key)
        return len(window.entries)

    def count(self, key: Key) -> int:
        """Exactly how many different entries a key's window holds."""
        window = self._windows.get(key)
        if window is None:
            return 0
        start = window.newest - self._span
        stale = [entry for entry, at in window.entries.items() if at <= start]
        for entry in stale:
            del window.entries[entry]
        self._entries -= len(stale)
        return len(window.entries)

    def count_at(self, key: Key, at: Micros) -> int:
        """How many different entries a key has shown within one span before a time, without noting anything."""
        window = self._windows.get(key)
        if window is None:
            return 0
        return sum(1 for seen in window.entries.values() if at - self._span < seen <= at)

    def tell(self, key: Key, at: Micros) -> bool:
        """Whether a key is due to be told of: not within one span after it was told of last. It then counts as told."""
        window = self._windows[key]
        if window.told_at >= 0 and at < window.told_at + self._span:
            return False
        window.told_at = at
        return True

    def save(self) -> bytes:
        """Everything, in order."""
        return msgspec.msgpack.encode(_Saved(list(self._windows.items())))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean an empty table."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved([])
        self._windows = dict(saved.windows)
        self._entries = sum(len(window.entries) for window in self._windows.values())

    def _drop_oldest(self, window: _Window) -> None:
        start = window.newest - self._span
        while window.entries:
            entry, at = next(iter(window.entries.items()))
            if at > start and len(window.entries) <= self._bounds.entries_per_key:
                return
            del window.entries[entry]

    def _evict(self, spared: Hashable) -> None:
        while len(self._windows) > self._bounds.keys or self._entries > self._bounds.entries:
            stalest = next(iter(self._windows))
            if stalest == spared:
                return
            self._entries -= len(self._windows.pop(stalest).entries)
