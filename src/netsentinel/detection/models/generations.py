"""A bounded table that costs one look-up a touch: what was not touched for a generation or two is forgotten."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast

import msgspec

from netsentinel.detection.holdings import Holdings

Value = TypeVar("Value")


class Generations(Generic[Value]):
    """Two tables, young and old. What is touched is moved to the young one; when that is full, it becomes the old one.

    What was old already is forgotten then: first that of the tenant that holds the most, until all together hold no
    more than two generations. Who holds less than a tenant's share of one generation forgets nothing.

    Where `StalestFirst` of the detectors reorders at every touch, this does so once a generation: it is for what is
    touched with every event. Holds three generations at most; exact to save and to restore.

    Args:
        kind: the class of a value; called without arguments for a new key.
        most: keys of one generation.
        tenant: where in a key the tenant stands.
    """

    def __init__(self, kind: Callable[[], Value], most: int, *, tenant: int = 0) -> None:
        self._kind = kind
        self._most = most
        self._tenant = itemgetter(tenant)
        self._young: dict[tuple[Any, ...], Value] = {}
        self._old: dict[tuple[Any, ...], Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: tuple[Any, ...]) -> Value:
        """The value of a key, new where there is none."""
        value = self._young.get(key)
        if value is not None:
            return value
        value = self._old.pop(key, None)
        if value is None:
            value = self._kind()
        self._keep(key, value)
        return value

    def several(self, keys: Sequence[tuple[Any, ...]]) -> list[Value] | None:
        """The values of different keys, as `get` gives them; None when a generation would end among them."""
        found = [*map(self._young.get, keys)]
        new = [place for place, value in enumerate(found) if value is None]
        if len(self._young) + len(new) > self._most:
            return None
        for place in new:
            found[place] = self.get(keys[place])
        return cast("list[Value]", found)

    def swap(self, key: tuple[Any, ...], value: Value, missing: Value) -> Value:
        """Set the value of a key; the one before, or `missing`."""
        (before,) = self.swaps([key], [value], missing)
        return before

    def swaps(self, keys: Iterable[tuple[Any, ...]], values: Iterable[Value], missing: Value) -> list[Value]:
        """Set the values of keys, one after the other; each one before, or `missing`."""
        young, most = self._young, self._most
        found: list[Value] = []
        for key, value in zip(keys, values, strict=True):
            before = young.get(key)
            if before is None:
                before = self._old.pop(key, missing)
                if len(young) >= most:
                    self._age()
                    young = self._young
            found.append(before)
            young[key] = value
        return found

    def save(self) -> bytes:
        """Everything, in order."""
        return msgspec.msgpack.encode((list(self._young.items()), list(self._old.items())))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean an empty table."""
        nothing: tuple[list[_Pair], list[_Pair]] = ([], [])
        both = msgspec.msgpack.decode(state, type=tuple[list[_Pair], list[_Pair]]) if state else nothing
        kind = type(self._kind())
        self._young, self._old = (
            {tuple(key): msgspec.msgpack.decode(raw, type=kind) for key, raw in pairs} for pairs in both
        )

    def _keep(self, key: tuple[Any, ...], value: Value) -> None:
        if len(self._young) >= self._most:
            self._age()
        self._young[key] = value

    def _age(self) -> None:
        """Begin a generation."""
        old = Counter(map(self._tenant, self._old))
        holdings = Holdings(old + Counter(map(self._tenant, self._young)), 2 * self._most)

        def forget(tenant: str) -> bool:
            gone = old.pop(tenant, 0)
            holdings.change(tenant, -gone)
            return gone > 0

        holdings.relieve(forget)
        kept = {key: value for key, value in self._old.items() if self._tenant(key) in old}
        kept.update(self._young)
        self._old, self._young = kept, {}


_Pair = tuple[list[str | int], msgspec.Raw]
