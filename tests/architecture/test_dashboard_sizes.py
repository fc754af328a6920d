"""How long the dashboard's files may be: p95 160 lines, max 250."""

import pytest

from tests.architecture.source import ROOT, UI, hold, percentile

FILE_P95, FILE_MAX = 160, 250


def _files() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in sorted(UI.rglob("*.ts*")):
        text = path.read_text(encoding="utf-8")
        generated = "generated" in text[:400].lower()
        if not generated:
            found[path.relative_to(ROOT).as_posix()] = text.count("\n")
    if not found:
        pytest.skip("there is no dashboard in this tree")
    return found


def test_no_file_of_the_dashboard_is_too_long() -> None:
    hold("typescript-lines", {name: f"{lines} lines" for name, lines in _files().items() if lines > FILE_MAX})


def test_most_files_of_the_dashboard_are_short() -> None:
    assert percentile(list(_files().values()), 0.95) <= FILE_P95
