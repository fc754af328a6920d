"""docs/reference/detectors.md names every detector, and every sign that one tells of."""

import re

from netsentinel.detection.build import statistics
from tests.architecture.source import ROOT, SOURCE

PAGE = (ROOT / "docs" / "reference" / "detectors.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z0-9_.]+)`", PAGE))
SIGN = re.compile(r"""(?:Sign\(\s*|rule_id=|_Kind\(\s*)"([a-z0-9_.]+)\"""")


def test_every_detector_has_a_row() -> None:
    assert {one.name for one in statistics()} <= NAMED


def test_every_sign_has_a_row() -> None:
    files = [*(SOURCE / "detection" / "behaviour").glob("*.py"), SOURCE / "detection" / "scans.py"]
    signs = {sign for file in files for sign in SIGN.findall(file.read_text(encoding="utf-8"))}
    assert len(signs) >= 18
    assert signs <= NAMED
