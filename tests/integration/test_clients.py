"""Both clients, each as an own program, against a server that cuts, delays, repeats and lies."""

import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.typescript import node_driver

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
CONFORMANCE = CLIENTS / "conformance"

pytestmark = pytest.mark.timeout(240)


def _checker() -> ModuleType:
    sys.path.insert(0, str(CONFORMANCE))
    try:
        spec = importlib.util.spec_from_file_location("check", CONFORMANCE / "check.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(CONFORMANCE))
    return module


check = _checker()


@pytest.fixture(scope="module")
def python_driver() -> Sequence[str]:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(CLIENTS / "python" / "src"), os.environ.get("PYTHONPATH", "")])
    return [sys.executable, str(CONFORMANCE / "driver.py")]


@pytest.mark.anyio
@pytest.mark.parametrize("scenario", check.SCENARIOS)
async def test_the_python_client_keeps_its_promises(scenario: str, python_driver: Sequence[str]) -> None:
    assert await check.faults(check.SCENARIOS[scenario], python_driver, within_s=200) == []


@pytest.mark.long
@pytest.mark.anyio
@pytest.mark.parametrize(("seed", "damage"), [(seed, seed % 5 / 100) for seed in range(100, 200)])
async def test_the_python_client_survives_random_scripts(
    seed: int, damage: float, python_driver: Sequence[str]
) -> None:
    script = replace(check.SCENARIOS["everything"], seed=seed, cut=damage, lose=damage, gap=damage)
    assert await check.faults(script, python_driver) == []


@pytest.fixture(scope="module")
def typescript_driver() -> Sequence[str]:
    return node_driver()


@pytest.mark.anyio
@pytest.mark.parametrize("scenario", check.SCENARIOS)
async def test_the_typescript_client_keeps_its_promises(scenario: str, typescript_driver: Sequence[str]) -> None:
    assert await check.faults(check.SCENARIOS[scenario], typescript_driver, within_s=200) == []


@pytest.mark.long
@pytest.mark.anyio
@pytest.mark.parametrize(("seed", "damage"), [(seed, seed % 5 / 100) for seed in range(100, 200)])
async def test_the_typescript_client_survives_random_scripts(
    seed: int, damage: float, typescript_driver: Sequence[str]
) -> None:
    script = replace(check.SCENARIOS["everything"], seed=seed, cut=damage, lose=damage, gap=damage)
    assert await check.faults(script, typescript_driver) == []
