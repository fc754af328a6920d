"""Both clients, each as an own program, against a server that cuts, delays, repeats and lies."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance import check
from tests.typescript import node_driver

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
CONFORMANCE = CLIENTS / "conformance"

pytestmark = pytest.mark.timeout(240)


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
