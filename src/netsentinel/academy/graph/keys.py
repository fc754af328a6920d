"""How names are compared, and the id that follows from a name: the same in every process and after every import."""

import base64
import hashlib
import re
import unicodedata
from typing import Final

MAX_KEY: Final = 200
"""Characters of a key; longer names share the key of their beginning."""

_MOST_READ: Final = 2 * MAX_KEY
"""Characters of a name that are looked at: putting many combining marks in order takes the square of their number."""
_BETWEEN: Final = re.compile(r"[\s_\-\u2010-\u2015]+")
_AT_THE_ENDS: Final = " .,;!?\"'`()[]{}<>*"
_ID_BYTES: Final = 10
_ID: Final = re.compile(r"cpt_[a-z2-7]{16}")


def key_of(name: str) -> str:
    """What two spellings of a name have in common: `TCP-Handshake ` and `tcp handshake` have one key. An id stays."""
    if is_id(name):
        return name
    folded = unicodedata.normalize("NFKC", name.strip()[:_MOST_READ]).casefold()
    return _BETWEEN.sub(" ", folded).strip(_AT_THE_ENDS)[:MAX_KEY].strip(_AT_THE_ENDS)


def is_id(text: str) -> bool:
    """Whether this is the id of a concept, and no name."""
    return _ID.fullmatch(text) is not None


def id_of(key: str) -> str:
    """The id of the concept that a key stands for while nobody decided otherwise: 80 bits of BLAKE2b."""
    digest = hashlib.blake2b(key.encode(), digest_size=_ID_BYTES).digest()
    return "cpt_" + base64.b32encode(digest).decode().lower()
