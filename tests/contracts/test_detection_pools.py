"""What every detection pool promises: the process and its fake."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
import zstandard

from netsentinel.detection import pool as pool_module
from netsentinel.detection.model import Finding
from netsentinel.detection.models import Deployment, Role
from netsentinel.detection.pool import ProcessPool
from netsentinel.detection.ports import DetectionPool, ModelServing
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.detection.rules import OwnPack, Selection
from netsentinel.detection.testing import LocalPool
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import StorageUnavailableError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.build_events import START
from tests.unit.detection.models.deployed import deployed, deployment

pytestmark = pytest.mark.anyio

RULE = """
title: Test
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f
logsource: {product: zeek, service: ssh}
detection:
    selection: {auth_success: false}
    condition: selection
level: low
"""


def batch(number: int, first: int, count: int, *, done: bool = False) -> InboxBatch:
    """Failed SSH logins; ten of them within ten minutes are guessing."""
    record = {"_path": "ssh", "id.orig_h": "203.0.113.66", "id.resp_h": "10.0.0.5", "auth_success": False}
    lines = [json.dumps(record | {"ts": START + second, "uid": f"C{second}"}) for second in range(first, first + count)]
    raw = zstandard.ZstdCompressor().compress("\n".join(lines).encode())
    return InboxBatch(number, DEFAULT_TENANT, "zeek", "", 0, count, raw, done)


def probes(number: int, source: str, *, done: bool = False) -> InboxBatch:
    """Forty tries of one address, each at another port; the models of `deployed` know this as a scan."""
    record = {"_path": "conn", "id.orig_h": source, "id.resp_h": "10.0.0.5", "proto": "tcp", "conn_state": "REJ"}
    lines = [
        json.dumps(record | {"ts": START + n / 10, "uid": f"C{n}", "id.resp_p": n, "orig_pkts": 1, "resp_pkts": 1})
        for n in range(1, 41)
    ]
    raw = zstandard.ZstdCompressor().compress("\n".join(lines).encode())
    return InboxBatch(number, DEFAULT_TENANT, "zeek", "", 0, len(lines), raw, done)


def told(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Whom models told of, and which version did."""
    return [
        (one.entity, one.description.partition("version ")[2].partition(",")[0])
        for one in findings
        if one.detector == "models"
    ]


class Both(DetectionPool, ModelServing, Protocol):
    """The pool as the server has it."""


async def die(pool: DetectionPool) -> None:
    """Have the pool lose its process."""
    if isinstance(pool, LocalPool):
        pool.die()
    elif isinstance(pool, ProcessPool):
        os.kill(pool.pid, signal.SIGKILL)
        with contextlib.suppress(UnavailableError):
            await pool.snapshot()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "rule.yml").write_text(RULE, encoding="utf-8")
    return tmp_path


@pytest.fixture(params=[LocalPool, ProcessPool])
async def pool(request: pytest.FixtureRequest, rules: Path) -> AsyncIterator[Both]:
    async with request.param([rules]) as opened:
        yield opened


async def test_results_come_in_the_order_of_the_batches(pool: DetectionPool) -> None:
    results = await pool.analyze([batch(number, number * 100, number) for number in range(1, 6)])
    assert [(result.batch, result.events) for result in results] == [(number, number) for number in range(1, 6)]


async def test_nothing_is_asked_and_nothing_is_answered(pool: DetectionPool) -> None:
    assert await pool.analyze([]) == []


async def test_a_finding_arrives_whole(pool: DetectionPool) -> None:
    (result,) = await pool.analyze([batch(1, 0, 1)])
    (finding,) = result.findings
    assert finding.title == "Test"
    assert finding.rule_source.strip() == RULE.strip()
    assert json.loads(finding.raw)["uid"] == "C0"
    assert finding.matched[0].field == "auth_success"


async def test_state_goes_on_from_batch_to_batch(pool: DetectionPool) -> None:
    results = await pool.analyze([batch(1, 0, 6), batch(2, 6, 6)])
    assert "password_guessing" not in {finding.rule_id for finding in results[0].findings}
    assert "password_guessing" in {finding.rule_id for finding in results[1].findings}


async def test_a_done_batch_only_updates_the_state(pool: DetectionPool) -> None:
    (replayed,) = await pool.analyze([batch(1, 0, 6, done=True)])
    assert (replayed.findings, replayed.events) == ((), 6)
    (result,) = await pool.analyze([batch(2, 6, 6)])
    assert "password_guessing" in {finding.rule_id for finding in result.findings}


async def test_a_snapshot_takes_the_state_along(pool: DetectionPool) -> None:
    await pool.analyze([batch(1, 0, 6)])
    state = await pool.snapshot()
    await pool.restore(b"")
    (without,) = await pool.analyze([batch(2, 6, 6)])
    assert "password_guessing" not in {finding.rule_id for finding in without.findings}
    await pool.restore(state)
    (with_state,) = await pool.analyze([batch(2, 6, 6)])
    assert "password_guessing" in {finding.rule_id for finding in with_state.findings}


async def test_after_a_death_nothing_works_until_the_state_is_restored(pool: DetectionPool) -> None:
    await pool.analyze([batch(1, 0, 6)])
    state = await pool.snapshot()
    await die(pool)
    with pytest.raises(UnavailableError):
        await pool.analyze([batch(2, 6, 6)])
    await pool.restore(state)
    (result,) = await pool.analyze([batch(2, 6, 6)])
    assert "password_guessing" in {finding.rule_id for finding in result.findings}


async def test_chosen_rules_hold_from_the_next_batch_on(pool: DetectionPool) -> None:
    rule_id = "6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f"
    before, _ = await asyncio.gather(
        pool.analyze([batch(n, n * 100, 3) for n in range(1, 4)]),
        pool.choose(Selection(disabled={DEFAULT_TENANT: (rule_id,)})),
    )
    (after,) = await pool.analyze([batch(4, 400, 6)])
    assert [len(result.findings) for result in before] == [3, 3, 3], "none lost, none judged by other rules"
    assert rule_id not in {finding.rule_id for finding in after.findings}
    assert "password_guessing" in {finding.rule_id for finding in after.findings}, "other detectors keep their state"
    await pool.choose(Selection())
    (again,) = await pool.analyze([batch(5, 500, 2)])
    assert [finding.rule_id for finding in again.findings if finding.rule_id == rule_id] == [rule_id] * 2


async def test_chosen_rules_outlive_the_process(pool: DetectionPool, tmp_path: Path) -> None:
    archive = tmp_path / "own.zip"
    archive.write_bytes(zip_of({"rule.yml": RULE.replace("9e8f", "9e80").replace("Test", "Own").encode()}))
    await pool.choose(Selection(packs=(OwnPack(DEFAULT_TENANT, str(archive)),)))
    await die(pool)
    await pool.restore(b"")
    (result,) = await pool.analyze([batch(1, 0, 1)])
    assert sorted(finding.title for finding in result.findings) == ["Own", "Test"]


async def test_weights_are_told_once(pool: DetectionPool) -> None:
    await pool.analyze([batch(n, n, 1) for n in range(64)])
    events, weights = await pool.weigh()
    assert events == 2
    assert [(one.rule_id[-4:], one.evaluations) for one in weights] == [("9e8f", 2)]
    assert (await pool.weigh())[0] == 0


async def test_deployed_models_judge_from_the_next_batch_on(pool: Both) -> None:
    assert told((await pool.analyze([probes(1, "198.51.100.1")]))[0].findings) == []
    before, refused = await asyncio.gather(
        pool.analyze([probes(2, "198.51.100.2"), probes(3, "198.51.100.3")]),
        pool.deploy(deployment(deployed(version="1"))),
    )
    assert [told(result.findings) for result in before] == [[], []]
    assert refused == []
    (after,) = await pool.analyze([probes(4, "198.51.100.4")])
    assert told(after.findings) == [("198.51.100.4", "1")]


async def test_promoting_a_model_between_batches_loses_and_doubles_nothing(pool: Both) -> None:
    await pool.deploy(deployment(deployed(version="1"), deployed(version="2", role=Role.SHADOW)))
    swap = deployment(deployed(version="2"), deployed(version="1", role=Role.SHADOW))
    first, _, second = await asyncio.gather(
        pool.analyze([probes(number, f"198.51.100.{number}") for number in range(1, 4)]),
        pool.deploy(swap),
        pool.analyze([probes(number, f"198.51.100.{number}") for number in range(4, 7)]),
    )
    found = [told(result.findings) for result in [*first, *second]]
    assert found == [[(f"198.51.100.{n}", "1" if n < 4 else "2")] for n in range(1, 7)]
    tallies = {(one.version, one.role): one for one in await pool.tallies()}
    assert [(version, role) for version, role in tallies] == [("2", Role.CHAMPION), ("1", Role.SHADOW)]
    assert {one.judged for one in tallies.values()} == {120}
    assert not await pool.tallies()


async def test_deployed_models_and_whom_they_told_of_outlive_the_process(pool: Both) -> None:
    await pool.deploy(deployment(deployed()))
    (result,) = await pool.analyze([probes(1, "198.51.100.1")])
    assert told(result.findings) == [("198.51.100.1", "1")]
    state = await pool.snapshot()
    await die(pool)
    await pool.restore(state)
    again, other = await pool.analyze([probes(2, "198.51.100.1"), probes(3, "198.51.100.2")])
    assert told(again.findings) == [], "told of a moment ago"
    assert told(other.findings) == [("198.51.100.2", "1")]


async def test_batches_that_are_done_bring_the_models_state_back(pool: Both) -> None:
    await pool.deploy(deployment(deployed()))
    await pool.restore(b"")
    replayed, again = await pool.analyze([probes(1, "198.51.100.1", done=True), probes(2, "198.51.100.1")])
    assert (told(replayed.findings), told(again.findings)) == ([], [])


async def test_a_damaged_model_is_refused_and_the_others_judge(pool: Both) -> None:
    good = deployed()
    broken = msgspec.structs.replace(deployed("broken"), artefact=good.artefact[:-1] + b"x")
    refused = await pool.deploy(Deployment((broken, good), deployment().key))
    assert [(one.name, one.code) for one in refused] == [("broken", "model-file")]
    (result,) = await pool.analyze([probes(1, "198.51.100.1")])
    assert told(result.findings) == [("198.51.100.1", "1")]


async def test_a_closed_pool_says_so(rules: Path) -> None:
    for kind in (LocalPool, ProcessPool):
        async with kind([rules]) as opened:
            pass
        for call in (opened.analyze([batch(1, 0, 1)]), opened.snapshot(), opened.restore(b"")):
            with pytest.raises(UnavailableError):
                await call


async def test_calls_that_wait_fail_when_the_process_dies(rules: Path) -> None:
    async with ProcessPool([rules]) as pool:
        pending = [asyncio.create_task(pool.analyze([batch(n, n * 500, 500) for n in range(20)])) for _ in range(3)]
        await asyncio.sleep(0.05)
        os.kill(pool.pid, signal.SIGKILL)
        results = await asyncio.gather(*pending, return_exceptions=True)
        assert all(isinstance(result, UnavailableError) for result in results)


async def test_it_dies_again_and_again_and_comes_back(rules: Path) -> None:
    async with ProcessPool([rules]) as pool:
        seen = {pool.pid}
        for _ in range(3):
            await die(pool)
            await pool.restore(b"")
            assert pool.pid not in seen
            seen.add(pool.pid)
            assert pool.rules == 1


async def test_closing_ends_the_process_that_is_being_started_again(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def noted(*arguments: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await start(*arguments, **options))
        return started[-1]

    async with ProcessPool([rules]) as pool:
        monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
        os.kill(pool.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while not started:
                await asyncio.sleep(0.01)
        monkeypatch.setattr(pool_module, "_STOP_S", 60.0)
    assert [one.returncode for one in started] == [-signal.SIGKILL]


async def test_closing_does_not_wait_until_it_would_be_started_again(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_BACKOFF_S", (60.0,))
    monkeypatch.setattr(pool_module, "_STOP_S", 60.0)
    async with asyncio.timeout(20):
        async with ProcessPool([rules]) as pool:
            await die(pool)
        with pytest.raises(UnavailableError):
            await pool.restore(b"")


async def test_a_process_that_cannot_load_its_rules_does_not_start(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnavailableError, match="ended at once, with code 1"):
        await ProcessPool([tmp_path / "missing"]).__aenter__()
    assert "There is no file or folder" in capfd.readouterr().err


@pytest.mark.parametrize("kind", [LocalPool, ProcessPool])
async def test_a_disk_that_keeps_no_events_is_told_apart_from_a_death(
    kind: type[LocalPool] | type[ProcessPool], rules: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    folder.write_bytes(b"")
    async with kind([rules], spool=folder) as pool:
        with pytest.raises(StorageUnavailableError, match="Events cannot be kept"):
            await pool.analyze([batch(1, 0, 3), batch(2, 3, 3)])
        folder.unlink()
        await pool.restore(b"")
        assert [one.events for one in await pool.analyze([batch(1, 0, 3), batch(2, 3, 3)])] == [3, 3]
        first, second = await pool.analyze([batch(3, 6, 3), batch(4, 9, 30)])
        assert 0 < first.kept < second.kept
        spool = await pool.hand_over()
        assert spool.events == 6 + 33
        assert spool.size > first.kept + second.kept
