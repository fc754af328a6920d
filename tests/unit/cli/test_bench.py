from pathlib import Path

import zstandard

from netsentinel.cli.bench import _lines, _probe, fsync_rate
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT


def test_syncs_are_counted_and_nothing_is_left_behind(tmp_path: Path) -> None:
    assert fsync_rate(tmp_path, 0.1) > 0
    assert list(tmp_path.iterdir()) == []


def test_the_demos_events_are_the_default() -> None:
    assert len(_lines(None)) >= 2_000


def test_a_file_can_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"a":1}\n{"a":2}\n')
    assert _lines(path) == [b'{"a":1}', b'{"a":2}']


def test_a_probe_raises_an_alert_about_its_own_address() -> None:
    raw = zstandard.ZstdCompressor().compress(_probe("2001:db8::7"))
    batch = InboxBatch(1, DEFAULT_TENANT, "paced", "", 0, 1, raw)
    result = build_pipeline([bundled_rules()]).pipeline.analyze(batch)
    assert {finding.entity for finding in result.findings} == {"2001:db8::7"}
