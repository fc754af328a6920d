"""How often somebody may knock, and how many frames a connection may send. Process state; a restart forgets it."""

import ipaddress
import math
from collections import OrderedDict, deque
from typing import Final

from netsentinel.kernel.clock import MINUTE, SECOND, Clock
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.types import Micros
from netsentinel.streamer.errors import TooManyFramesError

_MAX_JUMP: Final = MINUTE
_MAX_NETWORKS: Final = 10_000
"""Networks remembered at most; those that were heard of longest ago go first."""
_IPV6_SITE: Final = 64
"""One IPv6 customer has at least this prefix, so that single addresses mean nothing."""


class SteadyClock:
    """The clock without its jumps, for intervals: setting the time, or a machine that slept, ends no connection."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = clock.now()
        self._steady: Micros = 0

    def now(self) -> Micros:
        """Microseconds since some moment. A step back, or forward by more than a minute, counts as none."""
        now = self._clock.now()
        step = now - self._seen
        self._seen = now
        if 0 < step <= _MAX_JUMP:
            self._steady += step
        return self._steady


class FrameBudget:
    """A token bucket for one client's frames."""

    __slots__ = ("_at", "_burst", "_clock", "_per_second", "_tokens")

    def __init__(self, clock: SteadyClock, per_second: int, burst: int) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at = clock.now()

    def spend(self) -> None:
        """Take one token.

        Raises:
            TooManyFramesError: there is none; `retry_after` says in how many seconds there will be.
        """
        now = self._clock.now()
        self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._per_second / SECOND)
        self._at = now
        if self._tokens < 1:
            raise TooManyFramesError(
                f"A client may send {self._per_second} frames a second, and {self._burst} at once.",
                retry_after=math.ceil((1 - self._tokens) / self._per_second),
            )
        self._tokens -= 1


class Attempts:
    """Connections per network that have not shown who they are. Each counts as failed until it is forgiven."""

    def __init__(self, clock: SteadyClock, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._recent: OrderedDict[str, deque[Micros]] = OrderedDict()

    def check(self, address: str) -> None:
        """Make sure that the address may try.

        Raises:
            ThrottledError: it failed too often within the last minute.
        """
        recent = self._of(network_of(address))
        if len(recent) >= self._per_minute:
            wait = math.ceil((recent[0] + MINUTE - self._clock.now()) / SECOND)
            raise ThrottledError(f"Too many failed attempts. Try again in {wait} s.", retry_after=max(1, wait))

    def count(self, address: str) -> None:
        """Note one attempt."""
        network = network_of(address)
        recent = self._of(network)  # bounded: what is refused without a check is counted as well
        recent.append(self._clock.now())
        self._recent[network] = recent
        self._recent.move_to_end(network)
        while len(self._recent) > _MAX_NETWORKS:
            self._recent.popitem(last=False)

    def forgive(self, address: str) -> None:
        """Take one attempt back: it turned out well."""
        recent = self._of(network_of(address))
        if recent:
            recent.pop()

    def _of(self, network: str) -> deque[Micros]:
        recent = self._recent.get(network)
        if recent is None:
            return deque(maxlen=self._per_minute)
        begin = self._clock.now() - MINUTE
        while recent and recent[0] <= begin:
            recent.popleft()
        return recent


def network_of(address: str) -> str:
    """What is counted: an IPv4 address, the /64 of an IPv6 address, or the text as it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))
    return str(parsed)
