"""Whom a finding is about, and what makes two findings the same alert."""

from hashlib import blake2b

from netsentinel.detection.accounts import PRODUCT, account_of
from netsentinel.events.model import Event
from netsentinel.kernel.types import TenantId

_DIGEST_BYTES = 16

_MAX_NAME = 255
"""Characters of a name that a finding keeps; the longest DNS name has so many (RFC 1035)."""


def fingerprint(tenant: TenantId, rule_id: str, entity: str) -> str:
    """A stable name for "this rule about this entity in this tenant": 32 hexadecimal digits, the same everywhere."""
    text = f"{tenant}\x1f{rule_id}\x1f{entity}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def entity_of(event: Event) -> tuple[str, str]:
    """Whom an event is about, and what kind of thing that is.

    The source address: the attacker of an inbound connection, the compromised machine of an outbound one. Without one
    the user, else the reporting device, else the source. Those of Windows have one name, however the event spells it.
    """
    if event.src_ip:
        return clean(event.src_ip), "address"
    if event.logsource.product == PRODUCT:
        name, kind = account_of(event)
        return clean(name), kind
    if event.user:
        return clean(event.user), "user"
    return clean(event.device or event.source), "host"


def clean(name: str) -> str:
    """A name from an event as every database can keep it: not endless, and without NUL, which PostgreSQL refuses."""
    if len(name) <= _MAX_NAME and "\0" not in name:
        return name
    return name[:_MAX_NAME].replace("\0", "\ufffd")
