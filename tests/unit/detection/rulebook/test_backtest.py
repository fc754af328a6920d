from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netsentinel.detection.rulebook import backtest as module
from netsentinel.detection.rulebook.backtest import Backtest, RuleActions
from netsentinel.detection.rulebook.testing import LocalBench
from netsentinel.events.formats import FORMATS
from netsentinel.events.lake.model import EventFilter, StoredEvent
from netsentinel.events.lake.spool import stored
from netsentinel.events.model import Event
from netsentinel.events.ports import LineFormat
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Principal, Role, TenantId, system_principal
from tests.unit.detection.rulebook.shelf import HIT, MISS, Shelf, rule_id, rule_text
from tests.unit.tasks.reporting import Notes

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Bar:
    count: int


@dataclass(frozen=True)
class Bars:
    items: tuple[Bar, ...]


class Kept:
    """Stored events, newest first, in pieces of three."""

    def __init__(self, *lines: str) -> None:
        self.events = [self._stored(line, number) for number, line in enumerate(lines)]

    def _stored(self, line: str, number: int) -> StoredEvent:
        record = msgspec.json.decode(line)
        record["ts"] = 1_780_000_000 - number * 60
        event = read(msgspec.json.encode(record))
        return stored(event, 1, number, 0)

    async def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        for start in range(0, len(self.events), 3):
            yield self.events[start : start + 3]

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int, by: str = "") -> Any:
        return Bars((Bar(len(self.events)),))


def read(line: bytes) -> Event:
    from netsentinel.detection.pipeline import Origin, Pipeline, Tally

    class Catch:
        name, remembers, classes = "catch", False, frozenset[int]()

        def __init__(self) -> None:
            self.events: list[Event] = []

        def analyze_events(self, events: Any) -> list[Any]:
            self.events += events
            return []

        def snapshot(self) -> bytes:
            return b""

        def restore(self, state: bytes) -> None:
            return None

    catch = Catch()
    Pipeline(FORMATS, [catch]).examine([line], Origin(DEFAULT_TENANT, "zeek"), Tally())
    assert any(isinstance(one, LineFormat) for one in FORMATS.values())
    return catch.events[0]


async def run(folder: Path, kept: Kept, wanted: Backtest, notes: Notes | None = None) -> module.BacktestResult:
    shelf = Shelf(folder)
    await shelf.library.add_text(system_principal(), rule_text(1))
    does = RuleActions(shelf.service, LocalBench(), kept)
    return await does.backtest(wanted, notes or Notes())


async def test_a_rule_is_run_over_stored_events(tmp_path: Path) -> None:
    notes = Notes()
    found = await run(tmp_path, Kept(HIT, MISS, HIT, HIT, MISS, MISS, HIT), Backtest(text=rule_text(2)), notes)
    (rule,) = found.rules
    assert (found.events, found.is_whole, rule.rule_id, rule.hits) == (7, True, rule_id(2), 4)
    assert (rule.alerts, rule.last_at - rule.first_at) == (1, 6 * 60 * 1_000_000)
    assert sum(rule.by_hour.values()) == 4
    assert all(int(hour) % HOUR == 0 for hour in rule.by_hour)
    assert [one.event_id for one in rule.samples] == ["evt_1_0", "evt_1_2", "evt_1_3", "evt_1_6"]
    assert rule.samples[0].matched[0].field == "uri"
    assert notes.said[-1] == (100.0, "judging", "7 of 7 events, 4 hits")


async def test_a_rule_that_is_there_is_run_by_its_id(tmp_path: Path) -> None:
    found = await run(tmp_path, Kept(HIT, MISS), Backtest(rule=rule_id(1)))
    assert [(one.rule_id, one.hits) for one in found.rules] == [(rule_id(1), 1)]
    with pytest.raises(NotFoundError):
        await run(tmp_path / "b", Kept(), Backtest(rule="none"))


async def test_no_more_events_are_looked_at_than_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PORTION", 2)
    found = await run(tmp_path, Kept(*[HIT] * 9), Backtest(rule=rule_id(1), most=5))
    assert (found.events, found.is_whole, found.rules[0].hits) == (5, False, 5)


async def test_what_cannot_be_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        await run(tmp_path, Kept(HIT), Backtest(text="# nothing"))
    (made,) = RuleActions(Shelf(tmp_path).service, LocalBench(), Kept()).actions()
    for source in (b"{}", b'{"rule":"a","text":"b"}'):
        with pytest.raises(InvalidInputError, match="Give either"):
            made.validate(made.read_input(source), system_principal())


async def test_events_that_came_as_lines_of_text_are_judged_by_their_fields() -> None:
    event = stored(read(HIT.encode()), 1, 0, 0)
    line = msgspec.structs.replace(event, raw="a line of text", native='{"uri":"/x","_line":"a line of text"}')
    assert [one.rule_id for one in await LocalBench().judge(rule_text(3), [line, event])] == [rule_id(3)] * 2


def test_rules_of_ones_own_take_the_permission_to_write_rules(tmp_path: Path) -> None:
    (made,) = RuleActions(Shelf(tmp_path).service, LocalBench(), Kept()).actions()
    reader = Principal("usr_1", "user", DEFAULT_TENANT, Role.ANALYST, "Eva", frozenset({Permission.EVENTS_HUNT}))
    assert made.permission is Permission.EVENTS_HUNT
    made.validate(made.read_input(b'{"rule":"a"}'), reader)
    with pytest.raises(NotAllowedError, match="rules:write"):
        made.validate(made.read_input(b'{"text":"title: a"}'), reader)


async def test_a_rule_that_matches_everything_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.detection.rulebook.trial.MOST_HITS", 2)
    with pytest.raises(InvalidInputError, match="more than 2 times in 3 events"):
        await run(tmp_path, Kept(*[HIT] * 5), Backtest(text=rule_text(2)))


async def test_different_things_are_counted_up_to_a_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ALERTS", 1)
    found = await run(tmp_path, Kept(HIT, HIT.replace("203.0.113.66", "203.0.113.67")), Backtest(text=rule_text(2)))
    assert (found.rules[0].hits, found.rules[0].alerts) == (2, 1)
