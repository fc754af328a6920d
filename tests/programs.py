"""Which outside programs are here. A missing one skips its tests with a reason, or fails them where it is required."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

REQUIRE = "NETSENTINEL_TEST_REQUIRE"
"""Names separated by commas, or `all`: a test that lacks one of these programs fails instead of being skipped."""


def _postgresql() -> Path | None:
    """The folder with `postgres` and `initdb`: from the PATH, or where Debian keeps them."""
    folders = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _chromium() -> Path | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # a fifth less work first
    found = next(filter(None, map(shutil.which, names)), None)
    if found:
        return Path(found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _node() -> Path | None:
    found = shutil.which("node")
    return Path(found) if found else None


def _honeypot(command: str) -> Path | None:
    """From the PATH, or from the environment of its own that `.ci/run` makes: their dependencies exclude each other."""
    own = Path(__file__).resolve().parents[1] / ".honeypots" / command.removesuffix("d") / "bin"
    found = shutil.which(command) or shutil.which(command, path=str(own))
    return Path(found) if found else None


def _neo4j() -> Path | None:
    """The script that runs it, once its artefacts are fetched: `tools/neo4j.sh fetch`."""
    root = Path(__file__).resolve().parents[1]
    script = root / "tools" / "neo4j.sh"
    is_fetched = any((root / ".neo4j").glob("*/complete"))
    return script if is_fetched and shutil.which("java") else None


_FINDERS: dict[str, Callable[[], Path | None]] = {
    "postgresql": _postgresql,
    "chromium": _chromium,
    "node": _node,
    "neo4j": _neo4j,
    "opencanary": lambda: _honeypot("opencanaryd"),
    "cowrie": lambda: _honeypot("cowrie"),
}


def require_program(name: str) -> Path:
    """Where the program is: its file, or for `postgresql` the folder with its files.

    Skips the test when it is missing, and fails it when `NETSENTINEL_TEST_REQUIRE` names it.
    """
    found = _FINDERS[name]()
    if found is None:
        reason = f"{name} is not installed here"
        required = {part.strip() for part in os.environ.get(REQUIRE, "").split(",")}
        if required & {name, "all"}:
            pytest.fail(f"{reason}, and {REQUIRE} asks for it", pytrace=False)
        pytest.skip(reason)
    return found
