"""A URL taken apart once: what is checked is what is called, so no second parser can understand it otherwise."""

import socket
from dataclasses import dataclass
from typing import Final

import httpx2

from netsentinel.outbound.errors import InvalidUrlError
from netsentinel.outbound.reach import Reach

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 2_048
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes."""

    scheme: str
    host: str
    """In ASCII, lower case; an IPv6 address without brackets."""
    port: int
    path: str
    """With the query; it may hold what only the other side should know."""

    @property
    def origin(self) -> str:
        """Scheme, host and port, without the path: what may be shown and logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @staticmethod
    def origin_of(url: str) -> str:
        """Scheme, host and port of a URL that was checked before."""
        parsed = httpx2.URL(url)
        host = parsed.raw_host.decode("ascii")
        return Target(parsed.scheme, host, parsed.port or _PORTS.get(parsed.scheme, 0), "").origin

    @classmethod
    def of(cls, url: str, reach: Reach) -> "Target":
        """Take a URL apart. Names are not looked up: that is done when it is called.

        Raises:
            InvalidUrlError: it cannot be called.
            ForbiddenTargetError: its host is an address, in any spelling, that may not be reached.
        """
        if len(url) > _LONGEST or any(ord(letter) <= ord(" ") or letter in '\\"<>' for letter in url):
            raise InvalidUrlError(f"A URL has at most {_LONGEST:,} characters, and no spaces or backslashes.")
        try:
            parsed = httpx2.URL(url)
            host = parsed.raw_host.decode("ascii")
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise InvalidUrlError("That is no URL.") from error
        if parsed.scheme not in _PORTS or not host:
            raise InvalidUrlError("Write a URL that begins with https:// or http:// and names a host.")
        if parsed.userinfo or "@" in parsed.netloc.decode("ascii", "replace"):
            raise InvalidUrlError("User names and passwords do not belong into a URL.")
        if parsed.fragment:
            raise InvalidUrlError("A URL that is called has no fragment (#).")
        if "%" in host:
            raise InvalidUrlError("The host has a character that hosts do not have.")
        if ":" not in host and not _is_name(host):
            raise InvalidUrlError("The parts of a host's name have 1 to 63 characters, and it has at most 253.")
        port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
        reach.check_port(port)
        target = cls(parsed.scheme, host, port, parsed.raw_path.decode("ascii"))
        literal = _numeric(host)
        if literal:
            reach.check(host, [literal])
        return target


def _is_name(host: str) -> bool:
    """Whether the lengths are those of a name (RFC 1035, 2.3.4); the dot of the root may end it."""
    name = host.removesuffix(".")
    return len(name) <= _LONGEST_NAME and all(1 <= len(label) <= _LONGEST_LABEL for label in name.split("."))


def _numeric(host: str) -> str:
    """The address that a numeric host means, in whatever spelling (`0x7f.1` is 127.0.0.1); empty for a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))  # reads what the system's resolver takes for an address
    except OSError:
        return ""
