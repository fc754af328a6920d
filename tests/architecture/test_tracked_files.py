"""What git keeps: nothing generated, built, measured or secret; and nothing about the machine it was written on."""

import re

from tests.architecture.source import ROOT, tracked

FORBIDDEN = re.compile(
    r"(^|/)(\.coverage[^/]*|coverage|htmlcov|dist|build|site|node_modules|__pycache__|\.venv|\.pytest_cache|\.ruff_cache)(/|$)"
    r"|\.egg-info(/|$)"
    r"|\.py[cod]$"
    r"|^src/netsentinel/dashboard/"
    r"|(^|/)\.env$"
    r"|\.(db|sqlite3?|log|pem|key|pfx|p12)$"
    r"|(^|/)\.DS_Store$"
)
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".sh", ".json", ".ts", ".tsx", ".css", ".html", ".sql", ".txt", ".ini"}
LARGEST = 800_000
"""The API's document, which clients are generated from, is the largest."""


def test_nothing_generated_or_secret_is_tracked() -> None:
    found = [path for path in tracked() if FORBIDDEN.search(path)]
    assert not found, found


def test_nothing_large_is_tracked() -> None:
    sizes = {path: (ROOT / path).stat().st_size for path in tracked() if (ROOT / path).is_file()}
    assert not {path: size for path, size in sizes.items() if size > LARGEST}


def test_no_file_names_the_machine_it_was_written_on() -> None:
    machine = re.compile(r"(?<![\w./-])/(work|home/\w+|root)/(?!\.)\w")
    found = [
        path
        for path in tracked()
        if (ROOT / path).suffix in TEXT
        and (ROOT / path).is_file()
        and machine.search((ROOT / path).read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, found


def test_no_private_key_is_tracked() -> None:
    marker = "-----BEGIN " + "PRIVATE KEY"
    found = [
        path
        for path in tracked()
        if (ROOT / path).is_file() and marker in (ROOT / path).read_text(encoding="utf-8", errors="replace")
    ]
    assert not found, found
