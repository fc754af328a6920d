"""The example of docs/guide/write-a-rule.md works as written."""

import re
from pathlib import Path

import pytest
import zstandard

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.model import BatchResult
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.architecture.source import ROOT

GUIDE = (ROOT / "docs" / "guide" / "write-a-rule.md").read_text(encoding="utf-8")
(RULE,) = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
HIT, MISS = re.findall(r"^```json\n(.*?)\n```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rule.yml"
    path.write_text(RULE, encoding="utf-8")
    return path


def analyze(rule: Path, event: str) -> BatchResult:
    built = build_pipeline([rule], with_statistics=False)
    assert (built.rules, built.failed) == (1, ())
    return built.pipeline.analyze(InboxBatch(1, DEFAULT_TENANT, "zeek", "", 0, 1, zstandard.compress(event.encode())))


def test_the_hit_fires(rule: Path) -> None:
    (finding,) = analyze(rule, HIT).findings
    assert finding.title == "Request for a database backup"


def test_the_miss_does_not_fire(rule: Path) -> None:
    result = analyze(rule, MISS)
    assert (result.events, result.rejected, result.findings) == (1, 0, ())
