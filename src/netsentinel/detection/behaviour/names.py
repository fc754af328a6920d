"""What DNS names tell by themselves: the domain somebody registered, entropy, and how much a label reads like words."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

from netsentinel.events.columns import table, text
from netsentinel.events.model import Event

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "or", "org"})
"""Labels below a country's domain under which others register, as in `example.co.uk`."""

_COUNTRY = 2
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-"


_LONGEST = 255
"""Bytes of a DNS name (RFC 1035, 2.3.4); what is longer is none and must not fill the tables."""


def split_name(name: str) -> tuple[str, str]:
    """What is below the registered domain, and the registered domain, both lower case: `a.b`, `example.org`.

    An approximation without the public suffix list: the last two labels, or three as in `example.co.uk`. A single label
    or an address gives two empty texts, and so does what is too long for a name.
    """
    return _split(name) if len(name) <= _LONGEST else ("", "")


@lru_cache(maxsize=16_384)
def _split(name: str) -> tuple[str, str]:
    labels = name.rstrip(".").lower().split(".")
    if len(labels) < 2 or labels[-1].isdigit():  # noqa: PLR2004 - a name has a domain
        return "", ""
    deep = len(labels) > 2 and len(labels[-1]) == _COUNTRY and labels[-2] in _SECOND_LEVEL  # noqa: PLR2004 - example.co.uk
    at = 3 if deep else 2
    return ".".join(labels[:-at]), ".".join(labels[-at:])


def entropy(said: str) -> float:
    """Shannon's entropy in bits per character; 0 for an empty text."""
    length = len(said)
    return -sum(count / length * math.log2(count / length) for count in Counter(said).values()) if length else 0.0


def rcode(event: Event) -> str:
    """The answer's code, upper case, for example `NXDOMAIN`; empty in questions."""
    native = event.native
    said = native.get("rcode_name")
    if said is None:
        said = table(native.get("dns")).get("rcode")
    return text(said).upper()


def txt_answers(event: Event) -> Sequence[str]:
    """The texts of TXT records in an answer. Zeek writes them as `TXT 9 the text`."""
    native = event.native
    if event.format == "zeek":
        answers = native.get("answers")
        if type(answers) is not list:
            return ()
        return [said[4:] for said in cast("list[Any]", answers) if type(said) is str and said.startswith("TXT ")]
    dns = table(native.get("dns"))
    grouped = table(dns.get("grouped")).get("TXT")
    if type(grouped) is list:
        return [said for said in cast("list[Any]", grouped) if type(said) is str]
    answers = dns.get("answers")
    if type(answers) is not list:
        return ()
    rows = [table(answer) for answer in cast("list[Any]", answers)]
    return [text(row.get("rdata")) for row in rows if row.get("rrtype") == "TXT"]


class WordLikeness:
    """How usual the pairs of letters in a label are, by a table made from a list of words.

    Args:
        words: the words; all in lower case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        pairs = Counter(word[at : at + 2] for word in words for at in range(len(word) - 1))
        firsts = Counter[str]()
        for pair, count in pairs.items():
            firsts[pair[0]] += count
        size = len(_ALPHABET)
        self._costs = {
            first + second: -math.log2((pairs[first + second] + 0.5) / (firsts[first] + 0.5 * size))
            for first in _ALPHABET
            for second in _ALPHABET
        }
        self._unknown = math.log2(size)

    def strangeness(self, label: str) -> float:
        """Mean bits that a pair of letters costs: words take about 3.5, letters by chance about 6; 0 for one letter."""
        pairs = [label[at : at + 2] for at in range(len(label) - 1)]
        return sum(self._costs.get(pair, self._unknown) for pair in pairs) / len(pairs) if pairs else 0.0
