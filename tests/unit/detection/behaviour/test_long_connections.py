from netsentinel.detection.behaviour.long_connections import LongConnections, covered
from netsentinel.events.model import Event
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import call

DAY = 86_400.0


def told(events: list[Event]) -> list[tuple[Level, str]]:
    return [(finding.level, finding.matched[0].value) for finding in LongConnections().analyze_events(events)]


def test_one_long_connection() -> None:
    assert told([call(0, duration=3.9 * 3_600)]) == []
    assert told([call(0, duration=4.0 * 3_600)]) == [(Level.LOW, "4.0 h")]
    assert told([call(0, duration=13.0 * 3_600)]) == [(Level.MEDIUM, "13.0 h")]


def test_pieces_are_added_up_and_told_per_step() -> None:
    pieces = [call(number * 3_600.0, duration=3_600.0) for number in range(14)]
    assert told(pieces) == [(Level.LOW, "4.0 h"), (Level.LOW, "8.0 h"), (Level.MEDIUM, "12.0 h")]


def test_connections_at_the_same_time_count_once() -> None:
    assert told([call(number, duration=3_600.0) for number in range(20)]) == []


def test_the_next_day_starts_again() -> None:
    assert len(told([call(0, duration=18_000.0), call(2 * DAY, duration=18_000.0)])) == 2


def test_what_does_not_count() -> None:
    assert told([call(0, duration=9 * 3_600.0, host="10.9.0.5")]) == []
    assert told([call(0, duration=9 * 3_600.0, resp_bytes=0)]) == []
    assert told([call(number * 300.0, duration=290.0) for number in range(200)]) == []
    assert told([call(0, duration=9 * 3_600.0, proto="icmp")]) == []


def test_covered_time() -> None:
    assert covered([]) == 0
    assert covered([(0, HOUR), (HOUR // 2, HOUR), (2 * HOUR, 3 * HOUR)]) == 2 * HOUR
