"""Names that people type: users and tenants. Two names that look alike in another case are the same name."""

import unicodedata

from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import TenantId

MAX_NAME = 64
MAX_TENANT = 40
_USERNAME_MARKS = frozenset("._@-")
_TENANT_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def name_key(name: str) -> str:
    """What is compared when a name is looked up: without case, and with compatible characters made equal (NFKC)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def checked_name(name: str) -> str:
    """The name of a key as it is shown: NFC, without blanks around it.

    Raises:
        InvalidInputError: it is empty, too long or has characters that cannot be seen.
    """
    text = unicodedata.normalize("NFC", name).strip()
    if not text or len(text) > MAX_NAME or not text.isprintable():
        raise InvalidInputError(f"The name must have 1 to {MAX_NAME} visible characters.", field="name")
    return text


def checked_username(name: str) -> str:
    """The name of a user as it is shown: NFC, without blanks around it. Letters and digits are those of any script.

    Raises:
        InvalidInputError: it is empty, too long or has anything but letters, digits and `._@-`.
    """
    text = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(text) <= MAX_NAME or not all(_is_of_a_username(character) for character in text):
        raise InvalidInputError(
            f"A username has 1 to {MAX_NAME} characters: letters, digits, and the marks . _ @ and -.", field="username"
        )
    return text


def tenant_key(text: str) -> TenantId:
    """What is compared when somebody types a tenant's id, which is of small letters: without case and blanks."""
    return TenantId(text.strip().lower())


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


def _is_of_a_username(character: str) -> bool:
    return character in _USERNAME_MARKS or unicodedata.category(character)[0] in "LMN"
