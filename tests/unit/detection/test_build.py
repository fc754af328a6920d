from pathlib import Path

from netsentinel.detection.build import build_pipeline, statistics
from netsentinel.detection.pipeline import Origin, Tally
from netsentinel.events.formats import GenericFormat
from netsentinel.kernel.types import DEFAULT_TENANT

RULE = "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: 1}\n    condition: s\n"


def test_it_counts_rules_and_keeps_failures(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(RULE, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("title: [\n", encoding="utf-8")
    built = build_pipeline([tmp_path], fallback=GenericFormat())
    assert (built.rules, [Path(failure.path).name for failure in built.failed]) == (1, ["bad.yml"])
    tally = Tally()
    built.pipeline.examine([b'{"a": 1}'], Origin(DEFAULT_TENANT, "s"), tally)
    assert [finding.title for finding in tally.findings] == ["t"]


def test_statistics_can_be_left_out() -> None:
    assert build_pipeline([], with_statistics=False).pipeline.snapshot() != build_pipeline([]).pipeline.snapshot()
    assert [one.name for one in statistics()] == [
        "port_scan",
        "password_guessing",
        "password_spraying",
        "beacon",
        "long_connection",
        "dns_tunnel",
        "dga",
        "new_service",
        "honeypot",
        "arp",
        "ja3",
    ]
