"""The story through the real detectors and rules: the attack is found in every chapter, the office never."""

from collections import defaultdict
from collections.abc import Iterable

import pytest
import zstandard

from netsentinel.alerts.model import techniques
from netsentinel.demo import CHAPTERS, StoryLine, story
from netsentinel.demo.conversations import dice
from netsentinel.demo.model import Chapter
from netsentinel.demo.office import office
from netsentinel.detection import Finding, bundled_rules
from netsentinel.detection.build import build_pipeline
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from tests.unit.academy.courses.site import BEN, bundled_school

pytestmark = pytest.mark.untraced

START = 1_780_000_000_000_000


def analyze(lines: Iterable[StoryLine]) -> tuple[list[Finding], int]:
    """The findings, and how many lines were rejected. Batches of about 200 lines, as a sensor would send them."""
    pipeline = build_pipeline([bundled_rules()]).pipeline
    waiting: dict[str, list[bytes]] = defaultdict(list)
    batches: list[tuple[str, list[bytes]]] = []
    for line in lines:
        waiting[line.source].append(line.line)
        if len(waiting[line.source]) == 200:
            batches.append((line.source, waiting.pop(line.source)))
    batches.extend(waiting.items())
    findings: list[Finding] = []
    rejected = 0
    for number, (source, batch) in enumerate(batches, 1):
        raw = zstandard.compress(b"\n".join(batch))
        result = pipeline.analyze(InboxBatch(number, DEFAULT_TENANT, source, "", START, len(batch), raw))
        findings.extend(result.findings)
        rejected += result.rejected
    return findings, rejected


@pytest.fixture(scope="module")
def told() -> tuple[list[Finding], int]:
    return analyze(story(START))


def test_every_line_is_understood(told: tuple[list[Finding], int]) -> None:
    assert told[1] == 0


@pytest.mark.parametrize("chapter", CHAPTERS[1:], ids=lambda chapter: chapter.name)
def test_every_chapter_of_the_attack_is_found(chapter: Chapter, told: tuple[list[Finding], int]) -> None:
    assert any(chapter.begins <= finding.time - START <= chapter.ends for finding in told[0])


def test_the_detectors_and_most_bundled_rules_find_something(told: tuple[list[Finding], int]) -> None:
    titles = {finding.title for finding in told[0]}
    assert {finding.detector for finding in told[0]} >= {"sigma", "port_scan", "password_guessing"}
    assert len(titles) >= 20
    assert any(finding.level is Level.CRITICAL for finding in told[0])


def test_only_the_attackers_and_their_victim_are_accused(told: tuple[list[Finding], int]) -> None:
    assert {finding.entity for finding in told[0]} == {"203.0.113.66", "10.10.20.10", "198.51.100.23"}


@pytest.mark.parametrize("seed", range(5))
def test_the_office_alone_raises_nothing(seed: int) -> None:
    lines = sorted(office(dice(f"office {seed}"), START), key=lambda line: line.at)
    findings, rejected = analyze(lines)
    assert [finding.title for finding in findings] == []
    assert rejected == 0


@pytest.mark.anyio
async def test_every_alert_leads_to_a_lesson(clock: FakeClock, told: tuple[list[Finding], int]) -> None:
    school = await bundled_school(clock)
    kinds = {finding.title: techniques(finding.tags) for finding in told[0]}
    for title, ids in kinds.items():
        found = await school.learning.explaining(BEN, techniques=ids)
        assert found, f"no lesson explains {title!r} ({ids})"
        assert set(ids) & set(found[0].lesson.techniques), f"{title!r} has its technique's lesson only"
