"""Reads the source once, as syntax trees, for the budgets of this folder; and the named exceptions from them."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "netsentinel"
TESTS = ROOT / "tests"
UI = ROOT / "dashboard-ui" / "src"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed when somebody asks: of the tests mostly the lines are counted."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, each test's walk made once."""
        return tuple(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """Its path from the repository's root: how exceptions and messages name it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @cached_property
    def functions(self) -> tuple[tuple[str, Function], ...]:
        """Every function with its qualified name, nested ones included."""
        return tuple(_functions(self.tree, ""))

    @cached_property
    def classes(self) -> tuple[ast.ClassDef, ...]:
        return tuple(node for node in self.nodes if isinstance(node, ast.ClassDef))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield f"{prefix}{child.name}", child
        if isinstance(child, Function | ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _read(folder: Path) -> tuple[Module, ...]:
    paths = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    return tuple(Module(path, path.read_text(encoding="utf-8")) for path in paths)


@cache
def source() -> tuple[Module, ...]:
    """Every module of the package."""
    return _read(SOURCE)


@cache
def suites() -> tuple[Module, ...]:
    """Every Python file under tests/."""
    return _read(TESTS)


@cache
def tracked() -> tuple[str, ...]:
    """Every path that git keeps; skips the test where this is no checkout."""
    try:
        found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return tuple(path.decode() for path in found.stdout.split(b"\0") if path)


@cache
def _exceptions() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8"))


def excused(budget: str) -> dict[str, str]:
    """The names that may miss a budget, each with its reason."""
    entries: dict[str, Any] = _exceptions().get(budget, {})
    return {name: reason for name, reason in entries.items() if name != "at_most"}


def budgets() -> dict[str, int]:
    """How long each list of exceptions may be."""
    return {budget: entries["at_most"] for budget, entries in _exceptions().items()}


def hold(budget: str, offenders: dict[str, str]) -> None:
    """Fail for offenders that are not excused, and for excuses that nobody needs any more.

    Args:
        budget: a table of exceptions.toml.
        offenders: what misses the budget, with how.
    """
    excuses = excused(budget)
    unexcused = [f"{name}: {how}" for name, how in sorted(offenders.items()) if name not in excuses]
    assert not unexcused, "\n".join([f"{budget}:", *unexcused])
    stale = sorted(set(excuses) - set(offenders))
    assert not stale, f"these exceptions are no longer needed, remove them from [{budget}]: {stale}"


def percentile(values: list[int], share: float) -> int:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 100) // 100) - 1)]
