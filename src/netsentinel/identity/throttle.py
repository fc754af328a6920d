"""How often logins may fail before the next one has to wait.

Token buckets in the memory of one process: one per network address, and one half as large per account *and* address.
An account has no bucket of its own, because anybody could then lock its owner out from anywhere. A restart forgets the
buckets; with several processes each has its own. The lasting bound on guessing is the cost of a hash, at most two of
which run at once.
"""

import hashlib
import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from netsentinel.kernel.clock import MINUTE, Clock
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.types import Micros

MAX_BUCKETS = 50_000
"""Buckets kept at most of addresses, and as many of accounts; the ones that were used longest ago go first."""
_IPV6_SITE = 64
"""One IPv6 customer has at least this prefix, so that single addresses mean nothing."""
_DIGEST = 16


def network_of(address: str) -> str:
    """The address that is counted: an IPv4 address, the /64 of an IPv6 address, or the text as it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))
    return str(parsed)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: Micros
    size: int


class LoginAttempt:
    """One login that was let through. It counts as a failure unless it is taken back."""

    def __init__(self, buckets: tuple[_Bucket, ...]) -> None:
        self._buckets = buckets

    def take_back(self) -> None:
        """It did not fail: give back what it took. Twice changes nothing."""
        for bucket in self._buckets:
            bucket.tokens = min(float(bucket.size), bucket.tokens + 1.0)
        self._buckets = ()


class _Buckets:
    """A bounded number of buckets of one size. What they are kept by has 16 bytes, however long the names are."""

    def __init__(self, clock: Clock, size: int) -> None:
        self._clock = clock
        self._size = size
        self._kept: OrderedDict[bytes, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def open(self, *key: str) -> _Bucket:
        """The bucket of this key with a token in it.

        Raises:
            ThrottledError: it is empty.
        """
        bucket = self._bucket(hashlib.blake2b(ascii(key).encode("ascii"), digest_size=_DIGEST).digest())
        if bucket.tokens < 1.0:
            seconds = math.ceil((1.0 - bucket.tokens) * MINUTE / bucket.size / 1_000_000)
            raise ThrottledError(f"Too many failed attempts. Try again in {seconds} s.", retry_after=seconds)
        return bucket

    def _bucket(self, key: bytes) -> _Bucket:
        now, size = self._clock.now(), self._size
        bucket = self._kept.pop(key, None) or _Bucket(float(size), now, size)
        elapsed = max(0, now - bucket.at)
        bucket.tokens = min(float(size), bucket.tokens + elapsed * size / MINUTE)
        bucket.at = now
        self._kept[key] = bucket
        while len(self._kept) > MAX_BUCKETS:
            self._kept.popitem(last=False)
        return bucket


class LoginThrottle:
    """Lets a limited number of failed logins through per minute."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self.addresses = _Buckets(clock, per_minute)
        self.accounts = _Buckets(clock, max(1, per_minute // 2))

    def start(self, address: str, *account: str) -> LoginAttempt:
        """Take one attempt from the address and from the account at this address; call it before any costly work.

        Args:
            address: the peer's address; empty for calls from inside.
            account: what names the account, for example tenant and user name; nothing to count the address only.

        Raises:
            ThrottledError: one of them is used up; `retry_after` says for how many seconds. Nothing was taken, and an
                address that is used up costs no memory for the names it tries.
        """
        network = network_of(address)
        buckets = [self.addresses.open(network)]
        if account:
            buckets.append(self.accounts.open(network, *account))
        for bucket in buckets:
            bucket.tokens -= 1.0
        return LoginAttempt(tuple(buckets))
