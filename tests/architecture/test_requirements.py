"""The table of requirements is whole, and what it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "reference" / "requirements.md"
NOT_YET = "not yet"
TARGET = re.compile(r"`([^`]+)`")
RECORD = re.compile(r"\[\d{4}\]\(\.\./decisions/([\w.-]+\.md)\)")
NAMES = (
    # 001
    "analyze_event", "train_on_events", "broadcast_threat", "broadcast_alert", "authenticate", "validate_token",
    "/auth/login", "event_bus.py",
    # 002
    "Neo4j", "knowledge graph", "media uploader", ".env.template", "< 2 s", "< 500 ms", "< 500 MB", "> 80 %", "> 70 %",
    # 003
    "/api/metrics/retry", "/api/metrics/circuit-breaker", "/api/metrics/dlq", "/api/metrics/scheduler",
    "/api/v2/error-recovery/retry/{task-id}", "/api/v2/error-recovery/retry/{task-id}/retry",
    "/api/v2/error-recovery/circuit-breaker/{service}", "/api/v2/error-recovery/circuit-breaker/{service}/reset",
    "/api/v2/error-recovery/dlq/entries", "/api/v2/error-recovery/dlq/{dlq-id}/resubmit",
    "/api/v2/retry/{task-id}", "/api/v2/retry/{task-id}/execute", "/api/v2/circuit-breaker/{service}",
    "/api/v2/circuit-breaker/{service}/reset", "/api/v2/dlq/entries", "/api/v2/dlq/{dlq-id}/resubmit",
    "/api/v2/scheduler/schedules", "/api/v2/scheduler/schedules/{id}", "/api/v2/scheduler/schedules/{id}/trigger",
    "/api/v2/webhooks", "/api/v2/webhooks/{id}", "/api/v2/batch/operations",
    "X-API-Version", "application/vnd.k1n.v2+json", "Sunset", "Deprecation",
    "retry:attempt", "circuit-breaker:state-change", "dlq:entry-added", "schedule:executed",
    "error_recovery.retry_attempt", "error_recovery.circuit_breaker_opened", "error_recovery.dlq_entry_added",
    "scheduler.task_executed", "scheduler.schedule_triggered", "HMAC-SHA256",
    "100 requests/minute, 10,000/day", "1,000 requests/minute, 1,000,000/day", "20 %", "WCAG 2.1 AA", "< 50 ms",
    # 004
    "AsyncRequest", "ConnectionStore.Save", "ConnectionStore.Get", "ConnectionStore.Delete",
    "ConnectionStore.ListByUser", "ConnectionStore.ListByTenant", "ConnectionStore.UpdateLastPing",
    "RequestQueue.Enqueue", "RequestQueue.UpdateStatus", "RequestQueue.GetByConnection",
    "Handler.Validate", "Handler.EstimatedDuration", "Handler.Process",
)  # fmt: skip
"""What the documents call by name; none of it may get lost from the table."""


def _rows() -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| Requirement "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 3, line
            rows.append((cells[0], cells[1], cells[2]))
    return rows


ROWS = _rows()


@cache
def _symbols(path: Path) -> frozenset[str]:
    """Every class, function and assigned name of a Python file, members as `Class.member`."""
    found: set[str] = set()

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            for target in [*getattr(node, "targets", []), getattr(node, "target", None)]:
                if isinstance(target, ast.Name):
                    found.add(prefix + target.id)

    visit(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return frozenset(found)


def _exists(path: Path) -> bool:
    return path.exists() and (path.is_file() or any(path.iterdir()))


def _has(path: Path, symbol: str) -> bool:
    return symbol in (_symbols(path) if path.suffix == ".py" else path.read_text(encoding="utf-8"))


def _missing(cell: str) -> list[str]:
    """The targets of a cell that do not exist."""
    missing = [name for name in RECORD.findall(cell) if not (ROOT / "docs" / "decisions" / name).exists()]
    for target in TARGET.findall(cell):
        name, _, symbol = target.partition(":")
        path = ROOT / name
        if not _exists(path) or (symbol and not _has(path, symbol)):
            missing.append(target)
    return missing


def test_everything_that_is_named_exists() -> None:
    missing = [f"{row[0]}: {target}" for row in ROWS for cell in row[1:] for target in _missing(cell)]
    assert not missing, "\n".join(missing)


def test_every_cell_says_something_that_can_be_checked() -> None:
    vague = [
        row
        for row in ROWS
        for cell in row[1:]
        if cell != NOT_YET and not TARGET.search(cell) and not RECORD.search(cell)
    ]
    assert not vague


def test_what_is_built_is_tested_or_decided_and_what_is_not_is_neither() -> None:
    uneven = [row for row in ROWS if (row[1] == NOT_YET) != (row[2] == NOT_YET)]
    assert not uneven


def test_no_requirement_stands_there_twice() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        names = re.findall(r"^\| (?!Requirement )(.*?) \|", section, re.MULTILINE)
        assert len(names) == len(set(names)), section.splitlines()[0]


@pytest.mark.parametrize("document", ["000", "001", "002", "003", "004"])
def test_every_document_has_its_section(document: str) -> None:
    assert f"\n## Document {document}: " in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_document_names_got_lost(name: str) -> None:
    assert any(name in row[0] for row in ROWS)
