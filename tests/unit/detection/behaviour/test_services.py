import pytest

from netsentinel.detection.behaviour.services import NewServiceParameters, NewServices
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import VICTIM, call

DAY = 86_400.0
SERVER = "10.9.0.5"
OTHER = "10.9.0.6"


def answered(day: float, port: int, **more: object) -> Event:
    return call(day * DAY, **{"host": SERVER, "port": port, **more})  # pyright: ignore[reportArgumentType] - fields of any kind


def told(events: list[Event]) -> list[str]:
    return [finding.matched[0].value for finding in NewServices().analyze_events(events)]


def test_a_port_that_is_new_after_the_learning_time() -> None:
    events = [
        answered(0, 445),
        answered(6.9, 22),
        answered(8, 445),
        answered(8, 22),
        answered(8, 4444),
        answered(9, 4444),
    ]
    (finding,) = NewServices().analyze_events(events)
    assert (finding.rule_id, finding.level, finding.entity) == ("new_service", Level.LOW, SERVER)
    assert finding.matched[0].value == f"{SERVER}:4444/tcp"
    assert finding.matched[1].value == VICTIM


def test_a_machine_that_answers_everywhere_is_one_alert() -> None:
    events = [answered(0, 445), *(answered(8, port) for port in range(1000, 1050)), answered(8, 22, host=OTHER)]
    findings = NewServices().analyze_events(events)
    assert len(findings) == 51
    assert len({finding.fingerprint for finding in findings}) == 2


@pytest.mark.parametrize(
    "event",
    [
        answered(8, 40_000),
        answered(8, 4444, resp_bytes=0),
        answered(8, 4444, conn_state="REJ"),
        answered(8, 4444, proto="udp"),
        answered(8, 4444, host="198.51.100.5"),
    ],
)
def test_what_is_no_service(event: Event) -> None:
    assert told([answered(0, 445), event]) == []


def test_what_was_forgotten_is_new_again() -> None:
    services = NewServices(NewServiceParameters(services=1))
    events = [answered(0, 445), answered(8, 22), answered(9, 445)]
    assert len(services.analyze_events(events)) == 2
