"""Names of a real alert replaced by made-up ones, the same name by the same one; the way back is not kept anywhere."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any, Final, cast

import re2

from netsentinel.academy.practice.errors import TooManyNamesError

_re2: Any = cast("Any", re2)

_LONGEST: Final = 2_000
_SHORTEST: Final = 2
_MOST_LISTED: Final = 100
"""Items of a list in an event."""
_MOST_NAMES: Final = 2_000
_PATTERN_BYTES: Final = 64 * 1024 * 1024
_FILES: Final = "exe|dll|ps1|bat|txt|log|php|html|json|xml|conf|docx|pdf"
_BEYOND: Final = 300
"""Characters behind the longest text that are looked at, so that no name is cut in two and shown by half."""
_SHAPES: Final = re.compile(
    r"(?P<home>(?:(?<=[\\/]users[\\/])|(?<=[\\/]users\\\\)|(?<=\\documents and settings\\))"
    r"(?:[^\\/:*?\"<>|\r\n]{0,63}[^\\/:*?\"<>|\s](?=\\)|[^\\/\s\"']{1,64})|(?<=/home/)[^/\s\"']{1,64})"
    r"|(?P<login>(?<=://)[^\s/@:]{1,64}(?=(?::[^\s/@]{0,64})?@)|(?<=/user:)[^\s\"']{1,128}|(?<=/user:\")[^\"]{1,128})"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<mac>\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b)"
    r"|(?P<ip>(?<![\w:])(?:[0-9a-f]{0,4}:){2,6}\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]))"
    r"|(?P<sid>\bS-1-(?:5-21|12-1)(?:-\d+)+)"
    rf"|(?P<domain>\b(?:[a-z0-9_-]{{1,63}}\.){{1,8}}(?!(?:{_FILES})\b)[a-z]{{2,24}}\b)"
    r"|(?P<server>(?:(?<=^\\\\)|(?<=[\s\"'=(>]\\\\))[\w-]{1,63}(?=\\)|(?<=://)[\w-]{1,63}(?![\w.@-]))"
    r"|(?P<entry>(?<=\b(?:cn|ou|dc)=)[^\s,\"'][^,\"']{0,63})",
    re.IGNORECASE,
)
_EVENT_NAMES: Final = re.compile(
    r"cowrie\.(?:client|command|direct-tcpip|log|login|session)(?:\.[a-z.-]+)?", re.IGNORECASE
)
"""What Cowrie calls its events: it looks like a domain, and is what a learner judges by."""
_SAME_AS: Final = {"home": "user", "login": "user", "server": "host"}
"""Kind of a shape -> the kind of name that it is."""
_KINDS: Final = (
    (
        "user",
        re.compile(
            r"user|account|login|logon|sender|recipient|subject|owner|actor|principal|e-?mail|upn", re.IGNORECASE
        ),
    ),
    ("host", re.compile(r"host|computer|workstation|device|machine|server|domain", re.IGNORECASE)),
)
_OF_PARENT: Final = frozenset({"name", "id", "full_name", "display_name", "domain", "hostname", "uid"})
"""Fields that say nothing themselves: what they are in does (`user.name`)."""
_NO_NAMES: Final = frozenset(
    {"-", "system", "root", "localhost", "tcp", "udp", "http", "https", "dns", "true", "false"}
    | {"nt authority", "builtin", "local service", "network service", "anonymous logon", "unknown", "none", "null"}
)


class Mask:
    """Replaces names. Learn all names of an alert first, then mask its texts."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._known: Any = None

    def learn(self, kind: str, name: str) -> None:
        """A name of a `user` or `host`, or an address, that is to be replaced wherever it stands.

        So are its parts: domain and user of a Windows account, who a mail address is of, and a host without its domain.
        """
        text = name.strip().rstrip("$")
        domain, _, user = text.rpartition("\\")
        if domain:
            self._learn("host", domain)
            self._learn(kind, user)
            return
        self._learn(kind, text)
        if "@" in text:
            self._learn(kind, text.partition("@")[0])
        elif kind == "host" and ":" not in text and not text.replace(".", "").isdecimal():
            self._learn(kind, text.partition(".")[0])

    def _learn(self, kind: str, text: str) -> None:
        if len(text) < _SHORTEST or text.casefold() in _NO_NAMES or text.isdecimal():
            return
        if _SHAPES.fullmatch(text) is None:  # what has a shape of its own is found without being known
            self._name(text.casefold(), kind)

    def learn_event(self, event: Mapping[str, Any], depth: int = 0, parent: str = "") -> None:
        """Every name that fields of an event hold, by what the fields are called, or what they are in."""
        for field, value in event.items():
            said = f"{parent}.{field}" if field.casefold() in _OF_PARENT else field
            for one in cast("list[Any]", value)[:_MOST_LISTED] if isinstance(value, list) else (value,):
                if isinstance(one, Mapping) and depth < 8:  # noqa: PLR2004 - deeper ones hold no names that fields show
                    self.learn_event(cast("Mapping[str, Any]", one), depth + 1, field)
                elif isinstance(one, str) and len(one) <= 128:  # noqa: PLR2004 - longer ones are texts, not names
                    kind = next((kind for kind, pattern in _KINDS if pattern.search(said)), "")
                    if kind:
                        self.learn(kind, one)

    def find(self, text: str) -> None:
        """Learn the names that show themselves in a text. Do so for all texts, then mask the first of them.

        Raises:
            TooManyNamesError: no drill can be made of so many.
        """
        _SHAPES.sub(self._shape, text[: _LONGEST + _BEYOND])

    def text(self, text: str) -> str:
        """A text of at most 2,000 characters with its names replaced.

        Raises:
            TooManyNamesError: no drill can be made of so many.
        """
        masked = _SHAPES.sub(self._shape, text[: _LONGEST + _BEYOND])
        if not self._made:
            return masked[:_LONGEST]
        if self._known is None:  # only now, since shapes that were found are names from then on
            self._known = _any_of(self._made)
        whole = masked.encode("utf-8", "replace").decode()  # RE2 takes no half a character
        return str(self._known.sub(self._replaced, whole))[:_LONGEST]

    def _replaced(self, found: Any) -> str:
        return self._made.get(str(found[0]).casefold(), "name")

    def _shape(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or "name"
        if kind == "ip":
            return self._address(found[0])
        if found[0].casefold() in _NO_NAMES or _EVENT_NAMES.fullmatch(found[0]):
            return found[0]
        if kind == "login" and "\\" in found[0]:
            self.learn("user", found[0])
        return self._name(found[0].casefold(), _SAME_AS.get(kind, kind))

    def _name(self, name: str, kind: str) -> str:
        if name not in self._made:
            self._check_room()
            self._made[name] = self._new(kind)
            self._known = None
        return self._made[name]

    def _check_room(self) -> None:
        if len(self._made) >= _MOST_NAMES:
            raise TooManyNamesError(
                f"More than {_MOST_NAMES:,} names would have to be masked. Make drills of fewer alerts."
            )

    def _address(self, text: str) -> str:
        """Inside stays inside: a private address becomes one of 10.0.0.0/16, any other one of 203.0.113.0/24 and on."""
        try:
            address = ip_address(re.sub(r"(?<![\d.:a-f])0+(?=\d)|(?<=\.)0+(?=\d)", "", text))
        except ValueError:
            return text
        name = str(address)
        if name not in self._made:
            self._check_room()
            side = "inside" if address.is_private and not _is_documented(name) else "outside"
            self._counts[side] += 1
            block, last = divmod(self._counts[side], 250)
            self._made[name] = f"10.0.{block % 250}.{last}" if side == "inside" else f"203.0.{113 + block % 100}.{last}"
        return self._made[name]

    def _new(self, kind: str) -> str:
        self._counts[kind] += 1
        number = self._counts[kind]
        shapes = {
            "mail": f"person-{number}@example.org",
            "domain": f"domain-{number}.example",
        }
        return shapes.get(kind, f"{kind}-{number}")


def _any_of(names: Collection[str]) -> Any:
    """A pattern that finds any of these names, whole, in time that grows with the text and not with the names.

    Where a name begins or ends with another sign than a letter of ASCII, what is beside it is not looked at: rather too
    much is masked than too little.
    """
    options = _re2.Options()
    options.max_mem = _PATTERN_BYTES
    options.case_sensitive = False
    edged = (
        f"{_edge(name[0])}{_re2.escape(name)}{_edge(name[-1])}" for name in sorted(names, key=len, reverse=True) if name
    )
    return _re2.compile(f"(?:{'|'.join(edged)})", options)


def _edge(sign: str) -> str:
    return r"\b" if sign.isascii() and (sign.isalnum() or sign == "_") else ""


def _is_documented(address: str) -> bool:
    """Whether it is of a range for documentation, which demos use as public ones (RFC 5737)."""
    return address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
