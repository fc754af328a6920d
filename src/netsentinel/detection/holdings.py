"""Who holds how much of what all tenants share, and who gives something up when it is too much."""

from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush, heapreplace

_SPARE = 64
"""Places of a heap that may be out of date before it is made anew, beside one for each tenant."""


class Holdings:
    """What each tenant holds of a bounded table that is, or was, full: the tenant that holds the most gives up first.

    So a tenant that holds no more than its fair share loses nothing to others, whatever they do. A change costs
    O(log tenants) at most. Nothing here depends on anything but what is held now.

    Args:
        held: how much each tenant holds.
        most: how much all may hold together.
    """

    def __init__(self, held: Mapping[str, int], most: int) -> None:
        self._held = dict(held)
        self._most = most
        self._total = sum(held.values())
        self._ranked: dict[str, int] = {}
        """Tenant -> its valid place in the heap: never less than it holds now."""
        self._heap: list[tuple[int, str]] = []
        """Places, negative, and whose they are. What is out of date is found when it comes to the top."""
        self._rank_all(self._held)

    def change(self, tenant: str, by: int) -> None:
        """Note that a tenant holds so much more, or less."""
        held = self._held[tenant] = self._held.get(tenant, 0) + by
        self._total += by
        if held > self._ranked.get(tenant, 0):
            self._ranked[tenant] = held
            heappush(self._heap, (-held, tenant))
            if len(self._heap) > 2 * len(self._ranked) + _SPARE:
                self._rank_all(self._ranked)

    def relieve(self, drop: Callable[[str], bool]) -> None:
        """Have whoever holds the most give something up, until all hold what they may. Of equals, the first by name.

        Args:
            drop: takes from a tenant what it touched longest ago, and notes the change; False when that must stay, and
                the next tenant has to give up something instead.
        """
        spared: list[tuple[int, str]] = []
        while self._total > self._most and (tenant := self._largest()) is not None:
            if not drop(tenant):
                spared.append(heappop(self._heap))
        for place in spared:
            heappush(self._heap, place)

    def _largest(self) -> str | None:
        while self._heap:
            less, tenant = self._heap[0]
            held = self._held[tenant]
            if held == -less:
                return tenant
            if self._ranked.get(tenant) != -less:  # the tenant has another place
                heappop(self._heap)
            elif held:
                self._ranked[tenant] = held
                heapreplace(self._heap, (-held, tenant))
            else:
                del self._ranked[tenant]
                heappop(self._heap)
        return None

    def _rank_all(self, held: Mapping[str, int]) -> None:
        self._ranked = {tenant: count for tenant, count in held.items() if count}
        self._heap = [(-count, tenant) for tenant, count in self._ranked.items()]
        heapify(self._heap)
