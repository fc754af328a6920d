"""The built TypeScript client, and its drivers."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.programs import require_program

CLIENT = Path(__file__).resolve().parents[1] / "clients" / "typescript"


def require_client() -> Path:
    """The client's folder, built; fails when it is not built, and skips where it cannot be."""
    require_program("node")
    if not (CLIENT / "dist" / "index.js").exists() or not (CLIENT / "node_modules").exists():
        pytest.fail("the TypeScript client is not built; run: make setup")
    return CLIENT


def node_driver() -> Sequence[str]:
    """The command of the driver that runs the client in Node."""
    return [str(require_program("node")), str(require_client() / "conformance" / "node.js")]
