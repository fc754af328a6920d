import numpy as np
import pytest

from netsentinel.detection.models.columns import FEWEST, MOST, FlowColumns, Groups, Runs, coded
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.windows import Closed, EntityWindows
from netsentinel.events.model import Event
from netsentinel.kernel.types import TenantId
from tests.unit.detection.build_events import attempt
from tests.unit.detection.models.deployed import by_time, scan, usual


def columns(flows: list[Event]) -> FlowColumns | None:
    return FlowColumns.of(flows, range(len(flows)))


def stirred(flows: list[Event], *, by: int, seed: int = 1) -> list[Event]:
    """The same flows, each at most so many places from where it was: latecomers, as a sensor that waits makes them."""
    places = np.arange(len(flows)) + np.random.default_rng(seed).integers(0, by, len(flows))
    return [flows[place] for place in np.argsort(places, kind="stable").tolist()]


def wide(count: int) -> list[Event]:
    """Flows of more sources and services than some tables hold, a second of them with another protocol."""
    random = np.random.default_rng(2)
    return [
        attempt(
            second / 3,
            f"10.0.{int(random.integers(9))}.{int(random.integers(250))}",
            int(random.choice([22, 53, 443, 50_000])),
            state=str(random.choice(["S0", "SF"])),
            proto=str(random.choice(["tcp", "udp"])),
            id__orig_h=f"198.51.100.{int(random.integers(250))}",
            orig_bytes=int(random.integers(900)),
            duration=float(random.exponential(3)),
        )
        for second in range(count)
    ]


STREAMS = {
    "in order": by_time(usual(900), scan(400, start=300)),
    "with latecomers": stirred(by_time(usual(1_200), scan(90, start=100)), by=300),
    "of many": wide(2_500),
    "of many with latecomers": stirred(wide(2_500), by=900),
    "with clocks that go back": [*usual(200, start=90_000), *usual(200), *usual(200, start=90_100), *usual(100)],
    "of short windows": usual(900)[::30] * 9,
}


@pytest.mark.parametrize("size", [60, 333, 1_000])
@pytest.mark.parametrize("flows", STREAMS.values(), ids=STREAMS)
def test_many_flows_at_once_give_the_rows_of_each_by_itself(flows: list[Event], size: int) -> None:
    one_by_one, at_once = FlowFeatures(keys=600), FlowFeatures(keys=600)
    for start in range(0, len(flows), size):
        part = flows[start : start + size]
        expected, found = one_by_one.rows(part), at_once.rows(part, columns(part))
        assert found.numbers.tobytes() == expected.numbers.tobytes()
        for column, other in zip(found.categories, expected.categories, strict=True):
            assert column.values == other.values
            assert column.codes.tolist() == other.codes.tolist()
        assert at_once.save() == one_by_one.save()


@pytest.mark.parametrize("every", [1, 5], ids=["saved each time", "saved now and then"])
@pytest.mark.parametrize("size", [60, 333, 1_000])
@pytest.mark.parametrize("flows", STREAMS.values(), ids=STREAMS)
def test_many_flows_at_once_close_the_windows_of_each_by_itself(flows: list[Event], size: int, every: int) -> None:
    one_by_one, at_once = EntityWindows(), EntityWindows()
    closed = 0
    for number, start in enumerate(range(0, len(flows), size), start=1):
        part = flows[start : start + size]
        expected, found = one_by_one.take(part), at_once.take(part, columns(part))
        assert list(map(told, found)) == list(map(told, expected))
        if number % every == 0:
            assert at_once.save() == one_by_one.save()
        closed += len(found)
    assert at_once.save() == one_by_one.save()
    assert closed


@pytest.mark.untraced
def test_what_waits_to_be_counted_is_counted_in_time() -> None:
    """Batches of two tenants, large ones and small ones, more than may wait, and a clock that goes back."""
    flows = [*stirred(wide(9_500), by=400), *usual(200, start=90_000), *wide(600)]
    one_by_one, at_once = EntityWindows(), EntityWindows()
    start, closed = 0, 0
    for number in range(len(flows)):
        part = flows[start : start + (20 if number % 7 == 6 else 130)]
        if not part:
            break
        for event in part:
            event.tenant = TenantId(f"t{number // 2 % 2}")
        expected, found = one_by_one.take(part), at_once.take(part, columns(part))
        assert list(map(told, found)) == list(map(told, expected))
        start, closed = start + len(part), closed + len(found)
    assert at_once.save() == one_by_one.save()
    assert closed


@pytest.mark.parametrize("batches", [0, 1], ids=["a fresh start", "a state of the same time"])
def test_what_waits_is_forgotten_with_the_windows_that_it_was_for(batches: int) -> None:
    part, fresh, found = usual(60), EntityWindows(), EntityWindows()
    for _ in range(batches):
        fresh.take(part, columns(part))
    state = fresh.save() if batches else b""
    found.load(state)
    for _ in range(3):
        found.take(part, columns(part))
    found.load(state)
    assert list(map(told, found.take(part, columns(part)))) == list(map(told, fresh.take(part)))
    assert found.save() == fresh.save()


def test_so_much_never_waits_that_its_sums_would_overflow() -> None:
    flow = attempt(0, "10.0.0.1", 22)
    flow.bytes_out = 2**48
    part = [flow] * MOST
    at_once, one_by_one = EntityWindows(), EntityWindows()
    for _ in range(6):
        at_once.take(part, columns(part))
        one_by_one.take(part)
    assert at_once.save() == one_by_one.save()


def test_equal_addresses_of_two_batches_are_one_text() -> None:
    first, second = (columns([attempt(n, f"10.0.0.{n}", 22) for n in range(60)]) for _ in range(2))
    assert first is not None
    assert second is not None
    assert all(one is other for one, other in zip(first.sources, second.sources, strict=True))
    assert all(one is other for one, other in zip(first.targets, second.targets, strict=True))


def told(one: Closed) -> tuple[object, ...]:
    window = one.window
    peers, things = list(window.peers), list(window.things)
    sums = (window.events, window.failed, window.bytes_out, window.bytes_in, window.packets, window.duration)
    return one.at, one.tenant, one.segment, one.entity, window.span, sums, peers, things, id(window.last)


def test_an_entity_table_that_is_full_closes_windows_early_all_the_same() -> None:
    flows = [attempt(n / 100, f"10.{n // 250}.{n % 250}.1", 22) for n in range(5_600)]
    one_by_one, at_once = EntityWindows(), EntityWindows()
    for start in range(0, len(flows), 400):
        part = flows[start : start + 400]
        assert list(map(told, at_once.take(part, columns(part)))) == list(map(told, one_by_one.take(part)))
    assert at_once.save() == one_by_one.save()


def test_flows_to_very_many_places_are_told_apart() -> None:
    """Their keys need more than 16 bits, and some are the same in the last 16."""
    hosts = [f"10.1.{n // 250}.{n % 250}" for n in range(512)]
    places = [(hosts[n], 1_000 + (n + shift) % 512) for shift in (0, 128) for n in range(512)]
    flows = [attempt(n / 50, host, port) for n, (host, port) in enumerate(places * 2)]
    found, one_by_one = FlowFeatures(), FlowFeatures()
    assert found.rows(flows, columns(flows)).numbers.tobytes() == one_by_one.rows(flows).numbers.tobytes()
    assert found.save() == one_by_one.save()
    at_once, each = EntityWindows(), EntityWindows()
    assert at_once.take(flows, columns(flows)) == each.take(flows) == []
    assert at_once.save() == each.save()
    of_places = columns(flows)
    assert of_places is not None
    assert len(of_places.by_place.firsts) == len(places)


def test_flows_have_columns_when_they_are_many_and_state_ports_and_sizes() -> None:
    flows = scan(FEWEST)
    assert columns(flows) is not None
    assert columns(flows[1:]) is None
    assert columns(flows * (MOST // FEWEST + 1)) is None
    for odd in ({"orig_bytes": 2**50}, {"orig_bytes": 10**400}, {"id__resp_p": 70_000}):
        assert columns([*flows, attempt(0, "10.0.0.1", 22, **odd)]) is None


def test_equal_cells_have_one_number_in_the_order_of_first_occurrence() -> None:
    ids, names = coded(["b", "a", "b", "c"])
    assert (ids.tolist(), names) == ([0, 1, 0, 2], ["b", "a", "c"])
    groups = Groups.of(np.array([90_000, 5, 90_000, 7, 5]))
    assert (groups.key.tolist(), groups.order.tolist(), groups.firsts) == ([0, 1, 0, 2, 1], [0, 2, 1, 4, 3], [0, 1, 3])


def test_runs_go_on_with_their_spans_and_latecomers_count_where_they_come() -> None:
    groups = Groups.of(np.array([0, 1, 0, 0, 1]))
    runs = Runs.of(groups, np.array([4, 9, 5, 4, 9]), [4, 11], back=2)
    assert runs is not None
    assert runs.order.tolist() == [0, 2, 3, 1, 4]
    assert (runs.keys, runs.spans, runs.lengths.tolist()) == ([0, 0, 1], [4, 5, 11], [1, 2, 2])
    assert runs.late.tolist() == [False, False, True, True, True]
    assert runs.counts().tolist() == [1, 1, 2, 1, 2]
    assert Runs.of(groups, np.array([4, 9, 5, 4, 9]), [4, 12], back=2) is None, "so far no clock goes back"
