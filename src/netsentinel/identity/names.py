"""Names that people type: users and tenants. Two names that look alike in another case are the same name."""

import unicodedata

from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import TenantId

MAX_NAME = 64
MAX_TENANT = 40
_TENANT_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def name_key(name: str) -> str:
    """What is compared when a name is looked up: without case, and with compatible characters made equal (NFKC)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def checked_name(name: str, what: str = "name") -> str:
    """The name as it is shown: NFC, without blanks around it.

    Raises:
        InvalidInputError: it is empty, too long or has characters that cannot be seen.
    """
    text = unicodedata.normalize("NFC", name).strip()
    if not text or len(text) > MAX_NAME or not text.isprintable():
        raise InvalidInputError(f"The {what} must have 1 to {MAX_NAME} visible characters.", field=what)
    return text


def checked_tenant(text: str) -> TenantId:
    """The id of a tenant.

    Raises:
        InvalidInputError: it is empty, too long or has other characters than a-z, 0-9 and `-`.
    """
    if not text or len(text) > MAX_TENANT or not _TENANT_CHARACTERS.issuperset(text):
        raise InvalidInputError(
            f"A tenant's id has 1 to {MAX_TENANT} characters from a to z, 0 to 9 and '-'.", field="tenant"
        )
    return TenantId(text)
