"""Which protocol a connection speaks, by its first bytes; by its ports where those say nothing."""

from collections.abc import Callable

from netsentinel.events.captures.dns import PORTS, DnsConversation
from netsentinel.events.captures.http import METHODS, HttpConversation
from netsentinel.events.captures.packets import TCP, UDP
from netsentinel.events.captures.ports import Conversation
from netsentinel.events.captures.tls import SshConversation, TlsConversation

_DNS = 53


def conversation_of(key: tuple[bytes, int, bytes, int, int], data: bytes, *, orig: bool) -> Conversation | None:
    """The reader of a connection whose first bytes these are; None when nobody reads its protocol.

    Args:
        key: address, port, address, port, protocol.
        data: the first bytes.
        orig: whether the originator sent them.
    """
    _, sport, _, dport, protocol = key
    if protocol == UDP:
        return DnsConversation() if dport in PORTS or sport in PORTS else None
    if protocol != TCP:
        return None
    if dport == _DNS:
        return DnsConversation(stream=True)
    for begins, reader in (_CLIENT if orig else _SERVER).items():
        if data.startswith(begins):
            return reader()
    return None


_ANYBODY: dict[bytes, type[SshConversation | TlsConversation]] = {
    b"SSH-": SshConversation,
    b"\x16\x03": TlsConversation,
}
_CLIENT: dict[bytes, Callable[[], Conversation]] = {**_ANYBODY, **dict.fromkeys(METHODS, HttpConversation)}
_SERVER: dict[bytes, Callable[[], Conversation]] = {**_ANYBODY, b"HTTP/1.": HttpConversation}
"""First bytes -> who reads on."""
