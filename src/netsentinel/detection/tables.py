"""A bounded table of states by key: when it is full, what the tenant that holds the most touched longest ago goes."""

from collections import OrderedDict
from collections.abc import Callable, ItemsView
from typing import Generic, TypeVar, cast

import msgspec

from netsentinel.detection.holdings import Holdings

Key = tuple[str, *tuple[str | int, ...]]
"""The tenant, and what else tells a state from others."""

State = TypeVar("State", bound=msgspec.Struct)


class StalestFirst(Generic[State]):
    """Holds one state per key, exact to save and to restore.

    A table that was never full counts nothing by tenant, so that a touch costs no more than its dictionary.

    Args:
        kind: the class of a state; called without arguments for a new key.
        most: how many keys are held.
        gone: told of each key that had to go, with its state.
    """

    def __init__(
        self, kind: Callable[[], State], most: int, gone: Callable[[Key, State], None] = lambda _key, _state: None
    ) -> None:
        self._kind = kind
        self._most = most
        self._gone = gone
        self._states: dict[Key, State] = {}
        """In the order in which they were touched."""
        self.look: Callable[[Key], State | None] = self._states.get
        """The state of a key, without touching it."""
        self._holdings: Holdings | None = None
        """Since the table was full for the first time."""
        self._queues: dict[str, OrderedDict[Key, None]] = {}
        """From then on: tenant -> its keys, in the same order."""

    def __len__(self) -> int:
        return len(self._states)

    def touch(self, key: Key) -> State:
        """The state of a key, new where there is none; it is now the one of its tenant that goes last."""
        states = self._states
        state = states.pop(key, None)
        if state is not None:
            states[key] = state
            if self._holdings is not None:
                self._queues[key[0]].move_to_end(key)
            return state
        state = states[key] = self._kind()
        if self._holdings is not None:
            self._queues.setdefault(key[0], OrderedDict())[key] = None
            self._holdings.change(key[0], 1)
        if len(states) > self._most:
            self._counted().relieve(lambda tenant: self.drop(tenant, key))
        return state

    def items(self) -> ItemsView[Key, State]:
        """All keys and states, those that were touched longest ago first."""
        return self._states.items()

    def pop(self, key: Key) -> State:
        """Take out a key that is held."""
        if self._holdings is not None:
            del self._queues[key[0]][key]
            self._holdings.change(key[0], -1)
        return self._states.pop(key)

    def drop(self, tenant: str, spared: Key) -> bool:
        """Have what a tenant touched longest ago go, unless that is a certain key; whether it went."""
        self._counted()
        key = next(iter(self._queues[tenant]))
        if key == spared:
            return False
        self._gone(key, self.pop(key))
        return True

    def save(self) -> bytes:
        """Everything, in order."""
        return msgspec.msgpack.encode(list(self._states.items()))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean an empty table."""
        saved = msgspec.msgpack.decode(state, type=list[tuple[tuple[str | int, ...], msgspec.Raw]]) if state else []
        kind = type(self._kind())
        self._states.clear()
        self._states.update((cast("Key", key), msgspec.msgpack.decode(raw, type=kind)) for key, raw in saved)
        self._holdings, self._queues = None, {}

    def _counted(self) -> Holdings:
        if self._holdings is None:
            for key in self._states:
                self._queues.setdefault(key[0], OrderedDict())[key] = None
            self._holdings = Holdings({tenant: len(own) for tenant, own in self._queues.items()}, self._most)
        return self._holdings
