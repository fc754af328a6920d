import asyncio
import os
import signal
from pathlib import Path

import pytest

from netsentinel.detection.rulebook import bench as module
from netsentinel.detection.rulebook.bench import ProcessBench
from netsentinel.detection.rulebook.model import RuleCase
from netsentinel.events.lake.spool import stored
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.rulebook.shelf import HIT, MISS, rule_id, rule_text

pytestmark = pytest.mark.anyio

ZEEK = Logsource("zeek", "", "http")
SLOW = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(5)) + "k: " + "[" * 900 + "]" * 900 + "\n"


async def test_rules_are_read_and_tried_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(rule_text(1), encoding="utf-8")
    async with ProcessBench() as bench:
        assert [one.id for one in (await bench.read([tmp_path])).rules] == [rule_id(1)]
        pid = bench.pid
        assert [one.line for one in (await bench.check("title: [")).failed] == [1]
        cases = [RuleCase("a", True, HIT), RuleCase("b", False, MISS)]
        assert [one.passed for one in await bench.test(rule_text(1), cases)] == [True, True]
        with pytest.raises(NotFoundError):
            await bench.read([tmp_path / "none"])
        with pytest.raises(InvalidInputError):
            await bench.test("# nothing", [HIT])
        event = stored(
            Event(
                tenant=DEFAULT_TENANT, source="z", format="zeek", time=1, logsource=ZEEK, native={}, raw=HIT.encode()
            ),
            1,
            0,
            0,
        )
        assert [one.rule_id for one in await bench.judge(rule_text(1), [event, event])] == [rule_id(1)] * 2
        assert bench.pid == pid
        assert (await bench.check(SLOW)).rules == ()
    assert bench.pid == 0


async def test_one_that_died_or_takes_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ProcessBench() as bench:
        await bench.check(rule_text(1))
        os.kill(bench.pid, signal.SIGSTOP)
        monkeypatch.setattr(module, "TRY_S", 0.1)
        with pytest.raises(UnavailableError, match="longer than"):
            await bench.check(rule_text(1))
        monkeypatch.setattr(module, "TRY_S", 30.0)
        await bench.check(rule_text(1))
        os.kill(bench.pid, signal.SIGSTOP)
        asked = asyncio.create_task(bench.check(rule_text(1)))
        await asyncio.sleep(0.05)
        os.kill(bench.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError, match="died"):
            await asked
        assert (await bench.check(rule_text(1))).rules


async def test_nobody_waits_for_long_while_others_have_their_rules_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_S", 0.2)
    async with ProcessBench() as bench:
        await bench.check(rule_text(1))
        os.kill(bench.pid, signal.SIGSTOP)
        first = asyncio.create_task(bench.check(rule_text(1)))
        await asyncio.sleep(0.05)
        judging = asyncio.create_task(bench.judge(rule_text(1), []))
        for asked in (bench.check(rule_text(1)), bench.test(rule_text(1), [HIT])):
            with pytest.raises(UnavailableError, match=r"busy.*Try again") as refused:
                await asked
            assert refused.value.extra["retry_after"] > 0
        os.kill(bench.pid, signal.SIGCONT)
        assert (await first).rules
        assert await judging == []
        assert (await bench.check(rule_text(1))).rules


async def test_it_ends_when_nobody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IDLE_S", 0.05)
    async with ProcessBench() as bench:
        await bench.check(rule_text(1))
        pid = bench.pid
        async with asyncio.timeout(10):
            while bench.pid:
                await asyncio.sleep(0.02)
        assert (await bench.check(rule_text(1))).rules
        assert bench.pid != pid
