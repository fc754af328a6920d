"""Where an address lies: inside, outside, or at no single host."""

import ipaddress
from enum import StrEnum
from functools import lru_cache

_INSIDE = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10")
)
"""RFC 1918, RFC 6598 (addresses behind a carrier's NAT), RFC 4193 and link-local addresses of IPv6."""


class Place(StrEnum):
    """Where an address lies."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NOWHERE = "nowhere"
    """A group, a broadcast, this machine itself, or no address at all."""


_LONGEST = 64
"""Characters; an IPv6 address with a zone has less."""


def place(address: str) -> Place:
    """Where an address lies. Any text is allowed."""
    return _place(address) if len(address) <= _LONGEST else Place.NOWHERE


@lru_cache(maxsize=16_384)
def _place(address: str) -> Place:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return Place.NOWHERE
    if parsed.is_multicast or parsed.is_unspecified or parsed.is_loopback:
        return Place.NOWHERE
    if parsed.version == 4 and (address.endswith(".255") or address.startswith(("0.", "169.254."))):  # noqa: PLR2004 - IP's version
        return Place.NOWHERE
    if any(parsed.version == block.version and parsed in block for block in _INSIDE):
        return Place.INSIDE
    return Place.OUTSIDE


def leaves(source: str, destination: str) -> bool:
    """Whether traffic between two addresses goes from the inside to the outside."""
    return place(source) is Place.INSIDE and place(destination) is Place.OUTSIDE
