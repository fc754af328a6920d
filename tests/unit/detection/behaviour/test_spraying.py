from netsentinel.detection.behaviour.spraying import PasswordSpraying
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import failed_logon, honeypot


def found(events: list[Event]) -> list[str]:
    return [finding.rule_id for finding in PasswordSpraying().analyze_events(events)]


def spray(users: int, *, rounds: int = 1, step: float = 5) -> list[Event]:
    return [
        failed_logon((turn * users + number) * step, f"user{number}", "10.9.0.66")
        for turn in range(rounds)
        for number in range(users)
    ]


def test_few_tries_on_many_accounts() -> None:
    assert found(spray(9)) == []
    (finding,) = PasswordSpraying().analyze_events(spray(10))
    assert (finding.rule_id, finding.level, finding.entity) == ("password_spraying.accounts", Level.HIGH, "10.9.0.66")
    assert finding.matched[0].condition == "accounts >= 10 in 1800 s"


def test_many_tries_per_account_are_guessing_instead() -> None:
    one = [failed_logon(number, "user0", "10.9.0.66") for number in range(100)]
    assert found(one + [failed_logon(100 + number, f"user{number}", "10.9.0.66") for number in range(12)]) == []


def test_one_account_from_many_places() -> None:
    events = [failed_logon(number * 5, "Admin", f"203.0.113.{number}") for number in range(10)]
    assert found(events[:9]) == []
    (finding,) = PasswordSpraying().analyze_events(events)
    assert finding.rule_id == "password_spraying.sources"
    assert finding.matched[1].value == "Admin"


def test_what_does_not_count() -> None:
    assert found([failed_logon(number, f"user{number}", "10.9.0.66", event_id=4624) for number in range(20)]) == []
    assert found([failed_logon(number, f"ws-{number}$", "10.9.0.66") for number in range(20)]) == []
    assert found([failed_logon(number, f"user{number}", "-") for number in range(20)]) == []
    assert found(spray(20, step=400)) == []
    trap = [honeypot("cowrie", number, "203.0.113.9", eventid="cowrie.login.failed") for number in range(20)]
    for number, event in enumerate(trap):
        event.action, event.user = "failure", f"user{number}"
    assert found(trap) == []
