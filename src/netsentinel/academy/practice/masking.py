"""Names of a real alert replaced by made-up ones, the same name by the same one; the way back is not kept anywhere."""

import re
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final, cast

_LONGEST: Final = 2_000
_SHORTEST: Final = 2
_FILES: Final = "exe|dll|ps1|bat|txt|log|php|html|json|xml|conf|docx|pdf"
_SHAPES: Final = re.compile(
    r"(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<mac>\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b)"
    r"|(?P<ip>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]))"
    r"|(?P<sid>\bS-1-5-21(?:-\d+)+)"
    rf"|(?P<domain>\b(?:[a-z0-9_-]{{1,63}}\.){{1,8}}(?!(?:{_FILES})\b)[a-z]{{2,24}}\b)"
    r"|(?P<home>(?<=[\\/]users[\\/])[^\\/\s\"']{1,64}|(?<=/home/)[^/\s\"']{1,64})",
    re.IGNORECASE,
)
_KINDS: Final = (
    ("user", re.compile(r"user|account|login|logon|sender|recipient|subject", re.IGNORECASE)),
    ("host", re.compile(r"host|computer|workstation|device|machine|server|domain", re.IGNORECASE)),
)
_NO_NAMES: Final = frozenset(
    {"-", "system", "root", "localhost", "tcp", "udp", "http", "https", "dns", "true", "false"}
)


class Mask:
    """Replaces names. Learn all names of an alert first, then mask its texts."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._known: re.Pattern[str] | None = None

    def learn(self, kind: str, name: str) -> None:
        """A name of a `user` or `host`, or an address, that is to be replaced wherever it stands."""
        text = name.strip()
        if len(text) < _SHORTEST or text.casefold() in _NO_NAMES or text.isdecimal():
            return
        if _SHAPES.fullmatch(text) is None:  # what has a shape of its own is found without being known
            self._made.setdefault(text.casefold(), self._new(kind))
            self._known = None

    def learn_event(self, event: Mapping[str, Any], depth: int = 0) -> None:
        """Every name that fields of an event hold, by what the fields are called."""
        for field, value in event.items():
            if isinstance(value, Mapping) and depth < 8:  # noqa: PLR2004 - deeper ones hold no names that fields show
                self.learn_event(cast("Mapping[str, Any]", value), depth + 1)
            elif isinstance(value, str) and len(value) <= 128:  # noqa: PLR2004 - longer ones are texts, not names
                for kind, pattern in _KINDS:
                    if pattern.search(field):
                        self.learn(kind, value)
                        self.learn(kind, value.rpartition("\\")[2])
                        break

    def text(self, text: str) -> str:
        """A text of at most 2,000 characters with its names replaced."""
        masked = _SHAPES.sub(self._shape, text[:_LONGEST])
        if not self._made:
            return masked
        if self._known is None:  # only now, since shapes that were found are names from then on
            names = sorted(self._made, key=len, reverse=True)
            self._known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
        return self._known.sub(lambda found: self._made.get(found[0].casefold(), "name"), masked)

    def _shape(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or "name"
        if kind == "ip":
            return self._address(found[0])
        name = found[0].casefold()
        if name not in self._made:
            self._made[name] = self._new(kind)
            self._known = None
        return self._made[name]

    def _address(self, text: str) -> str:
        """Inside stays inside: a private address becomes one of 10.0.0.0/16, any other one of 203.0.113.0/24 and on."""
        try:
            address = ip_address(text)
        except ValueError:
            return text
        name = str(address)
        if name not in self._made:
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
            "home": f"user-{number}",
        }
        return shapes.get(kind, f"{kind}-{number}")


def _is_documented(address: str) -> bool:
    """Whether it is of a range for documentation, which demos use as public ones (RFC 5737)."""
    return address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
