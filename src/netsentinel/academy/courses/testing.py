"""Courses in memory, for tests."""

from collections.abc import Collection, Mapping

from netsentinel.kernel.types import TenantId


class MemoryMastery:
    """Says what a test told it."""

    def __init__(self) -> None:
        self._known: dict[tuple[TenantId, str], dict[str, float]] = {}

    def say(self, tenant: TenantId, user: str, **concepts: float) -> None:
        """Have a user master concepts from now on: key -> 0 to 1."""
        self._known.setdefault((tenant, user), {}).update(concepts)

    async def mastered(self, tenant: TenantId, user: str, concepts: Collection[str]) -> Mapping[str, float]:
        """How well the user masters these, of those that were said."""
        known = self._known.get((tenant, user), {})
        return {key: known[key] for key in concepts if key in known}
