import pytest

from netsentinel.detection.behaviour.beacons import BeaconParameters, Beacons, beacon_score
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import OUTSIDE, VICTIM, beacon, call, dice


def found(events: list[Event]) -> list[str]:
    return [finding.rule_id for finding in Beacons().analyze_events(events)]


def test_even_calls_are_a_beacon() -> None:
    assert found(beacon(calls=19)) == []
    (finding,) = Beacons().analyze_events(beacon(calls=20))
    assert (finding.rule_id, finding.level, finding.entity) == ("beacon", Level.MEDIUM, VICTIM)
    assert finding.matched[3].value == f"{OUTSIDE}:443/tcp"
    assert finding.matched[2].value.startswith(("59", "60"))


def test_jitter_of_a_quarter_is_still_one() -> None:
    assert found(beacon(calls=32, interval=60, jitter=7.5)) == ["beacon"]


def test_a_beacon_that_goes_on_is_not_told_with_every_call() -> None:
    assert len(found(beacon(calls=200))) == 1


def test_calls_that_nobody_answers() -> None:
    silent = {"conn_state": "S0", "orig_bytes": 0, "resp_bytes": 0, "orig_pkts": 2, "resp_pkts": 0}
    steps = [
        call(number // 2 * 23 + (0 if number % 2 else 9), **silent)  # 9 s and 14 s in turn: two tries, then a pause
        for number in range(240)
    ]
    (finding,) = Beacons().analyze_events(steps)
    assert (finding.rule_id, finding.level) == ("beacon.unanswered", Level.LOW)
    assert found(steps[:150]) == []
    answered = [call(number // 2 * 23 + (0 if number % 2 else 9)) for number in range(240)]
    assert found(answered) == []


def test_people_are_no_beacon() -> None:
    chance, second, events = dice(5), 0.0, list[Event]()
    for _ in range(200):
        second += chance.expovariate(1 / 60)
        events.append(call(second, orig_bytes=chance.randrange(300, 4_000)))
    assert found(events) == []


@pytest.mark.parametrize(
    "events",
    [
        beacon(port=123),
        beacon(source="203.0.113.9"),
        beacon(host="10.9.0.5"),
        beacon(host="224.0.0.251"),
        beacon(interval=2, jitter=0),
        beacon(interval=10, jitter=0),
    ],
    ids=["time", "from outside", "inside", "group", "busy", "short"],
)
def test_what_is_no_beacon(events: list[Event]) -> None:
    assert found(events) == []


def test_order_of_arrival_does_not_matter_to_the_score() -> None:
    events = beacon(calls=20)
    assert found([*events[:-3], *reversed(events[-3:])]) == ["beacon"]


def test_scores() -> None:
    assert beacon_score([60, 60, 60], [5, 5, 5, 5]) == 1.0
    assert beacon_score([60, 60, 60], [0, 0, 0, 0]) == 1.0
    assert beacon_score([1, 1, 1, 1, 600], [5, 900, 10, 20_000, 7]) < 0.5


def test_the_table_is_bounded() -> None:
    beacons = Beacons(BeaconParameters(keys=3))
    beacons.analyze_events([call(number, host=f"198.51.100.{number}") for number in range(1, 9)])
    assert len(beacons._calls) == 3
