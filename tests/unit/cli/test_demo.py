from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from netsentinel.cli import demo
from netsentinel.demo import CHAPTERS
from netsentinel.kernel.testing import FakeClock

pytestmark = pytest.mark.anyio


@dataclass
class Intake:
    """Takes everything and counts."""

    lines: dict[str, int] = field(default_factory=dict)

    async def accept(self, tenant: str, source: str, name: str, body: bytes, *_: str) -> None:
        assert (tenant, name) == ("default", "")
        self.lines[source] = self.lines.get(source, 0) + body.count(b"\n") + 1


async def test_the_whole_story_is_told_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def no_sleep(_: float) -> None:
        return

    monkeypatch.setattr(demo.asyncio, "sleep", no_sleep)
    intake, woken = Intake(), []
    services = SimpleNamespace(
        clock=FakeClock(), intake=intake, processor=SimpleNamespace(wake=lambda: woken.append(1))
    )
    await demo.play(cast("Any", services), "http://here", 30)
    assert sum(intake.lines.values()) >= 2_000
    assert len(intake.lines) == 2
    assert woken
    said = capsys.readouterr().err
    places = [said.index(chapter.title) for chapter in CHAPTERS]
    assert places == sorted(places)
    assert "http://here/alerts" in said
