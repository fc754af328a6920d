"""Which addresses and ports outbound calls may reach: the public Internet, and what the operator allows besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import structlog

from netsentinel.outbound.errors import ForbiddenTargetError, InvalidUrlError

_log = structlog.get_logger("netsentinel.outbound")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WEB_PORTS: Final = (range(80, 81), range(443, 444))

_CLOSED_V4: Final = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; clouds keep their metadata and credentials at 169.254.169.254
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
"""IANA's registry of special IPv4 addresses, and multicast."""

_OPEN_V6: Final = IPv6Network("2000::/3")
"""All that IANA has given out. What embeds IPv4 addresses (mapped, compatible, NAT64) lies outside of it."""

_CLOSED_V6: Final = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address within
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})
"""Bits 64 to 95 of an address that carries an IPv4 address (RFC 5214)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What outbound calls may reach.

    Args:
        networks: what the operator allows beside the public Internet, such as hosts of the own house.
        ports: ports that may be called, whatever the address.
    """

    networks: tuple[Network, ...] = ()
    ports: tuple[range, ...] = WEB_PORTS

    @classmethod
    def of(cls, networks: Sequence[str], ports: Sequence[range] = WEB_PORTS) -> "Reach":
        """Of networks in CIDR notation.

        Raises:
            ValueError: one of them is no network.
        """
        return cls(tuple(ip_network(one) for one in networks), tuple(ports))

    def check_port(self, port: int) -> None:
        """Refuse a port that may not be called.

        Raises:
            InvalidUrlError: it may not.
        """
        if not any(port in span for span in self.ports):
            raise InvalidUrlError(f"Port {port} may not be called; the setting outbound_ports lists those that may.")

    def allows(self, address: Address) -> bool:
        """Whether this address may be connected to."""
        return _is_public(address) or any(address in network for network in self.networks)

    def check(self, host: str, addresses: Sequence[str]) -> None:
        """Refuse a host of which any address may not be reached: whoever answers for the name chooses among them.

        The address is told in the log only: who writes webhooks need not know what the names of the house stand for.

        Args:
            host: for the sentence.
            addresses: numeric ones, all that the name stands for.

        Raises:
            ForbiddenTargetError: one of them may not be reached, or there is none.
        """
        if not addresses:
            raise ForbiddenTargetError(f"{host} has no address.")
        for text in addresses:
            # A zone (`fe80::1%eth0`) says which of this machine's networks is meant: never a public one.
            if "%" in text or not self.allows(ip_address(text)):
                _log.warning("outbound_refused", host=host, address=text)
                raise ForbiddenTargetError(
                    f"{host} is at an address which is not public. The operator, whose log names it, allows networks of"
                    " the own house with the setting outbound_networks."
                )


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if address not in _OPEN_V6 or any(address in network for network in _CLOSED_V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
