"""Sliding windows over event time: how many different things each key has shown lately.

Bounded, exact and deterministic: the same events in the same order give the same answers however they are cut into
batches, and a restored table goes on exactly where its snapshot stands.
"""

from collections import Counter
from dataclasses import dataclass

import msgspec

from netsentinel.detection.holdings import Holdings
from netsentinel.detection.tables import Key, StalestFirst
from netsentinel.kernel.types import Micros

_RESET_SPANS = 12
"""An event that is older than a key's newest by so many spans is no latecomer: the source's clock has gone back."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a table may hold, of all tenants together.

    When it is full, the tenant that holds the most (keys or entries, whatever there are too many of) loses the keys
    that it touched longest ago.
    """

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
    windows: msgspec.Raw


class SlidingWindows:
    """Counts different entries per key within a span of event time.

    Args:
        span: length of the window, in microseconds.
        bounds: what is held at most.
    """

    def __init__(self, span: Micros, bounds: Bounds) -> None:
        self._span = span
        self._bounds = bounds
        self._windows = StalestFirst(_Window, bounds.keys, self._gone)
        self._entries = 0
        self._holdings: Holdings | None = None
        """Who holds how many entries, since there were too many for the first time."""

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def entries(self) -> int:
        """How many entries all keys hold."""
        return self._entries

    def add(self, key: Key, entry: str, at: Micros) -> int:
        """Note that a key has shown an entry; an upper bound of how many different ones its window holds now."""
        window = self._windows.touch(key)
        entries = window.entries
        before = len(entries)
        if at < window.newest - self._span:
            if at > window.newest - _RESET_SPANS * self._span:
                return before
            entries.clear()
            window.newest = window.told_at = -1
        window.newest = max(window.newest, at)
        old = entries.pop(entry, at)
        entries[entry] = max(at, old)
        after = len(entries)
        if after > self._bounds.entries_per_key or next(iter(entries.values())) <= window.newest - self._span:
            self._drop_oldest(window)
            after = len(entries)
        if after != before:
            self._change(key, after - before)
            if self._entries > self._bounds.entries:
                self._counted().relieve(lambda tenant: self._windows.drop(tenant, key))
        return after

    def count(self, key: Key) -> int:
        """Exactly how many different entries a key's window holds."""
        window = self._windows.look(key)
        if window is None:
            return 0
        start = window.newest - self._span
        stale = [entry for entry, at in window.entries.items() if at <= start]
        for entry in stale:
            del window.entries[entry]
        if stale:
            self._change(key, -len(stale))
        return len(window.entries)

    def count_at(self, key: Key, at: Micros) -> int:
        """How many different entries a key has shown within one span before a time, without noting anything."""
        window = self._windows.look(key)
        if window is None:
            return 0
        return sum(1 for seen in window.entries.values() if at - self._span < seen <= at)

    def tell(self, key: Key, at: Micros) -> bool:
        """Whether a key is due to be told of: not within one span after it was told of last. It then counts as told."""
        window = self._windows.look(key)
        if window is None or (window.told_at >= 0 and at < window.told_at + self._span):
            return False
        window.told_at = at
        return True

    def save(self) -> bytes:
        """Everything, in order."""
        return msgspec.msgpack.encode(_Saved(msgspec.Raw(self._windows.save())))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean an empty table."""
        self._windows.load(bytes(msgspec.msgpack.decode(state, type=_Saved).windows) if state else b"")
        self._entries = sum(len(window.entries) for _, window in self._windows.items())
        self._holdings = None

    def _drop_oldest(self, window: _Window) -> None:
        start = window.newest - self._span
        while window.entries:
            entry, at = next(iter(window.entries.items()))
            if at > start and len(window.entries) <= self._bounds.entries_per_key:
                return
            del window.entries[entry]

    def _gone(self, key: Key, window: _Window) -> None:
        self._change(key, -len(window.entries))

    def _change(self, key: Key, by: int) -> None:
        self._entries += by
        if self._holdings is not None:
            self._holdings.change(key[0], by)

    def _counted(self) -> Holdings:
        if self._holdings is None:
            held: Counter[str] = Counter()
            for key, window in self._windows.items():
                held[key[0]] += len(window.entries)
            self._holdings = Holdings(held, self._bounds.entries)
        return self._holdings
