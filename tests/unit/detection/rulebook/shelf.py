"""A rulebook on stores in memory, for the tests of its services."""

from dataclasses import dataclass, field
from pathlib import Path

from netsentinel.detection.rulebook import PackFolder, RuleLibrary, RuleService, RuleStores
from netsentinel.detection.rulebook.testing import LocalBench, MemoryHits, MemoryPacks, MemoryRules
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.testing import MemoryDatabase


def rule_text(number: int = 1, *, title: str = "Rule", word: str = "x", level: str = "medium", extra: str = "") -> str:
    """A rule for Zeek's http.log."""
    return f"""title: {title} {number}
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e{number:02}
status: test
description: d
author: Ann
date: 2026-01-02
tags: [attack.t1110]
logsource: {{product: zeek, service: http}}
detection:
    s:
        uri|contains: {word}
    condition: s
level: {level}
{extra}"""


def rule_id(number: int = 1) -> str:
    """Its id."""
    return f"6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e{number:02}"


HIT = '{"_path":"http","ts":1780000000.1,"uid":"C1","id.orig_h":"203.0.113.66","uri":"/x","host":"h"}'
MISS = HIT.replace("/x", "/y")


@dataclass
class Shelf:
    """The services with everything around them."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    db: MemoryDatabase = field(default_factory=MemoryDatabase)

    def __post_init__(self) -> None:
        rules = MemoryRules()
        self.stores = RuleStores(rules, MemoryPacks(rules), MemoryHits(rules))
        self.packs, self.bench = PackFolder(self.folder / "packs"), LocalBench()
        self.library = RuleLibrary(self.db, self.stores, self.bench, self.packs, self.clock)
        self.service = RuleService(self.db, self.stores, self.bench, self.packs, self.clock)

    def kinds(self) -> list[str]:
        """What was announced so far."""
        return [entry.kind for entry in self.db.entries]

    def installed(self, *numbers: int) -> Path:
        """A folder of rules, each with its cases."""
        root = self.folder / "installed"
        for number in numbers:
            place = root / f"rule{number}"
            place.mkdir(parents=True)
            (place / "rule.yml").write_text(rule_text(number), encoding="utf-8")
            (place / "hit.jsonl").write_text(HIT + "\n", encoding="utf-8")
            (place / "miss.jsonl").write_text(MISS + "\n\n" + MISS + "\n", encoding="utf-8")
        return root
