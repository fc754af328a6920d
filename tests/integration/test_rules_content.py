"""The bundled rules: every one has its cases, all of them hold, and the demo's office half stays quiet."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from netsentinel.demo import CHAPTERS, story
from netsentinel.demo.cast import ATTACKER, STAGING, WEB_SERVER
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.detection.rules import SigmaDetector
from netsentinel.detection.rules.load import load_rules
from netsentinel.events.formats import FORMATS
from netsentinel.kernel.types import DEFAULT_TENANT

FOLDERS = sorted(folder for folder in bundled_rules().iterdir() if folder.is_dir())
ORIGIN = Origin(DEFAULT_TENANT, "cases")
START = 1_780_000_000_000_000


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


def _rules_that_fire(folder: Path, case: bytes) -> list[str]:
    loaded = load_rules([folder / "rule.yml"])
    assert not loaded.failed, str(loaded.failed[0])
    tally = Tally()
    Pipeline(FORMATS, [SigmaDetector(loaded.rules)]).examine([case], ORIGIN, tally)
    assert not tally.rejected, tally.rejected
    assert tally.events == 1
    return [finding.rule_id for finding in tally.findings]


def _cases(folder: Path, kind: str) -> list[bytes]:
    cases = (folder / f"{kind}.jsonl").read_bytes().splitlines()
    assert len(cases) >= 2, f"{folder.name} needs at least two cases in {kind}.jsonl"
    return cases


def test_there_are_rules() -> None:
    assert len(FOLDERS) >= 20
    assert len(load_rules([bundled_rules()]).rules) == len(FOLDERS)


def test_every_hit_fires_the_rule_once(folder: Path) -> None:
    for number, case in enumerate(_cases(folder, "hit"), 1):
        assert len(_rules_that_fire(folder, case)) == 1, f"{folder.name}/hit.jsonl:{number}"


def test_no_miss_fires_the_rule(folder: Path) -> None:
    for number, case in enumerate(_cases(folder, "miss"), 1):
        assert _rules_that_fire(folder, case) == [], f"{folder.name}/miss.jsonl:{number}"


def test_it_says_what_an_analyst_needs(folder: Path) -> None:
    rule = yaml.safe_load((folder / "rule.yml").read_text(encoding="utf-8"))
    assert UUID(rule["id"]).version == 4
    assert rule["author"] == "NetSentinel"
    assert rule["status"] in {"experimental", "test", "stable"}
    assert len(rule["description"]) > 60
    assert rule["level"] in {"informational", "low", "medium", "high", "critical"}
    assert any(tag.startswith("attack.t1") for tag in rule["tags"])
    assert rule["falsepositives"]
    assert {path.name for path in folder.iterdir()} == {"rule.yml", "hit.jsonl", "miss.jsonl"}


def test_the_story_is_told_and_the_office_stays_quiet() -> None:
    pipeline = build_pipeline([bundled_rules()]).pipeline
    tally = Tally()
    for line in story(START):
        pipeline.examine([line.line], Origin(DEFAULT_TENANT, line.source), tally)
    assert not tally.rejected
    attack = next(chapter for chapter in CHAPTERS if chapter.name != "office").begins
    assert min(finding.time for finding in tally.findings) >= START + attack
    assert {finding.entity for finding in tally.findings} <= {ATTACKER.address, WEB_SERVER.address, STAGING.address}
    told = Counter(finding.title for finding in tally.findings)
    for title in (
        "Port scan of one host",
        "Scan of one port on many hosts",
        "Web Scanner by Its User Agent",
        "Path Traversal in a URL",
        "SQL Injection Probe in a URL",
        "Password guessing (ssh)",
        "Login after password guessing (ssh)",
        "Command in a URL of a Server Script",
        "Program File Over Plain HTTP (Zeek)",
        "Name of a Dynamic DNS Provider",
        "Program Written to an Administrative Share",
        "Large Upload to the Outside (Suricata)",
        "Large Upload to the Outside (Zeek)",
    ):
        assert told[title], title
