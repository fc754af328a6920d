"""Secrets that the server hands out: how they are made, recognised and stored.

A secret has so much chance in it (256 bits, keys 178) that its plain SHA-256 is safe to store and quick to look up;
slow hashing is for passwords only. API keys follow GitHub's form: a prefix that scanners for leaked secrets find, and a
checksum that tells a mistyped key without a query (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
"""

import hashlib
import secrets
import string
import zlib

KEY_PREFIX = "ns_key_"
KEY_HINT_LENGTH = len(KEY_PREFIX) + 4
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_KEY_RANDOM = 30
_KEY_CHECKSUM = 6
"""62**6 is more than 2**32, so every CRC-32 fits."""
_TOKEN_BYTES = 32
_MAX_TOKEN = 256


def new_token() -> str:
    """256 random bits for a cookie, a ticket or a set-up link: 43 characters that are safe in URLs and cookies."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a secret: its SHA-256 in hexadecimal. Text of any length costs the same."""
    return hashlib.sha256(token[:_MAX_TOKEN].encode("utf-8", "surrogatepass")).hexdigest()


def new_api_key() -> str:
    """`ns_key_`, 30 random characters (178 bits), 6 characters of checksum."""
    body = KEY_PREFIX + "".join(secrets.choice(_BASE62) for _ in range(_KEY_RANDOM))
    return body + key_checksum(body)


def key_checksum(body: str) -> str:
    """CRC-32 of everything before it, in base 62, most significant character first."""
    value = zlib.crc32(body.encode())
    digits: list[str] = []
    for _ in range(_KEY_CHECKSUM):
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))


def looks_like_api_key(text: str) -> bool:
    """Whether the text is meant to be an API key, mistyped or not."""
    return text.startswith(KEY_PREFIX)


def is_well_formed_api_key(text: str) -> bool:
    """Whether length, characters and checksum fit. A key with one wrong character never does."""
    if len(text) != len(KEY_PREFIX) + _KEY_RANDOM + _KEY_CHECKSUM or not looks_like_api_key(text):
        return False
    body, checksum = text[:-_KEY_CHECKSUM], text[-_KEY_CHECKSUM:]
    return text.isascii() and text[len(KEY_PREFIX) :].isalnum() and key_checksum(body) == checksum
