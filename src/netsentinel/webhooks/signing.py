"""Secrets and signatures as in Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
from typing import Final

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.webhooks.model import Endpoint, OlderSecret

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets begin with, not one of them
OVERLAP: Final[Micros] = DAY
"""How long a secret that was replaced still signs."""
MOST_OLDER: Final = 4


class Secrets:
    """Derives the endpoints' secrets from the server's key, so that no secret is stored anywhere.

    Args:
        key: of the server; with another one, every endpoint has other secrets.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def secret(self, tenant: TenantId, endpoint_id: str, generation: int) -> bytes:
        """32 bytes: HMAC-SHA256 of what names the secret."""
        name = f"webhook\n{tenant}\n{endpoint_id}\n{generation}"
        return hmac.digest(self._key, name.encode(), hashlib.sha256)

    def shown(self, endpoint: Endpoint) -> str:
        """The newest secret as its owner gets it: `whsec_` and base64."""
        return SECRET_PREFIX + _base64(self.secret(endpoint.tenant, endpoint.id, endpoint.generation))

    def headers(self, endpoint: Endpoint, message_id: str, body: bytes, now: Micros) -> dict[str, str]:
        """The three headers of a message. Every secret that is valid now signs; the newest one's stands first."""
        timestamp = str(now // SECOND)
        generations = [endpoint.generation, *(one.generation for one in endpoint.older if now < one.until)]
        secrets = [self.secret(endpoint.tenant, endpoint.id, generation) for generation in generations]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
        }


def signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + _base64(hmac.digest(secret, signed, hashlib.sha256))


def older_after_rotation(endpoint: Endpoint, now: Micros) -> tuple[OlderSecret, ...]:
    """Which secrets still sign beside a new one, newest first."""
    replaced = OlderSecret(generation=endpoint.generation, until=now + OVERLAP)
    return (replaced, *(one for one in endpoint.older if now < one.until))[:MOST_OLDER]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
