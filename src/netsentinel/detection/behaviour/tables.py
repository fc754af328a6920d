"""A bounded table of states by key: when it is full, the key that was touched longest ago goes."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from netsentinel.detection.windows import Key

State = TypeVar("State", bound=msgspec.Struct)


class StalestFirst(Generic[State]):
    """Holds one state per key, exact to save and to restore.

    Args:
        kind: the class of a state; called without arguments for a new key.
        most: how many keys are held.
    """

    def __init__(self, kind: Callable[[], State], most: int) -> None:
        self._kind = kind
        self._most = most
        self._states: dict[Key, State] = {}

    def __len__(self) -> int:
        return len(self._states)

    def touch(self, key: Key) -> State:
        """The state of a key, new where there is none; it is now the one that goes last."""
        state = self._states.pop(key, None)
        if state is None:
            state = self._kind()
        self._states[key] = state
        if len(self._states) > self._most:
            del self._states[next(iter(self._states))]
        return state

    def look(self, key: Key) -> State | None:
        """The state of a key, without touching it."""
        return self._states.get(key)

    def save(self) -> bytes:
        """Everything, in order."""
        return msgspec.msgpack.encode(list(self._states.items()))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean an empty table."""
        saved = msgspec.msgpack.decode(state, type=list[tuple[Key, msgspec.Raw]]) if state else []
        kind = type(self._kind())
        self._states = {key: msgspec.msgpack.decode(raw, type=kind) for key, raw in saved}
