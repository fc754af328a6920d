import pytest

from netsentinel.detection.guessing import GuessingParameters, PasswordGuessing
from netsentinel.detection.model import Finding
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from tests.unit.detection.build_events import ATTACKER, attempt, login, zeek


def failures(count: int, *, step: float = 2) -> list[Event]:
    return [login(number * step, success=False) for number in range(count)]


def findings(events: list[Event]) -> list[Finding]:
    return PasswordGuessing().analyze_events(events)


def test_many_failed_logins() -> None:
    assert findings(failures(9)) == []
    (finding,) = findings(failures(10))
    assert (finding.rule_id, finding.level, finding.entity) == ("password_guessing", Level.HIGH, ATTACKER)
    assert finding.title == "Password guessing (ssh)"
    assert finding.matched[0].condition == "failed logins >= 10 in 600 s"
    assert "attack.t1110.001" in finding.tags


def test_a_login_that_works_after_guessing() -> None:
    found = findings([*failures(12), login(40, success=True)])
    assert [finding.rule_id for finding in found] == ["password_guessing", "password_guessing.success"]
    assert found[1].level is Level.CRITICAL


def test_a_login_that_works_after_a_few_tries_or_much_later() -> None:
    assert findings([*failures(4), login(40, success=True)]) == []
    assert len(findings([*failures(12), login(4_000, success=True)])) == 1


def test_forgetful_people_are_slow() -> None:
    assert findings(failures(30, step=90)) == []


def test_the_same_line_twice_is_one_attempt() -> None:
    assert findings([event for event in failures(9) for _ in range(3)]) == []


def test_spraying_over_many_hosts_counts_together() -> None:
    spray = [login(number, success=False, id__resp_h=f"10.0.0.{number + 1}") for number in range(10)]
    assert len(findings(spray)) == 1


def test_web_logins() -> None:
    def answer(second: int, uri: str) -> Event:
        return zeek("http", second, uri=uri, status_code=401)

    assert findings([answer(second, "/wp-login.php") for second in range(19)]) == []
    assert len(findings([answer(second, "/wp-login.php") for second in range(20)])) == 1
    assert findings([answer(second, "/webdav/x") for second in range(200)]) == []


def test_windows_logons() -> None:
    def logon(second: int) -> Event:
        record = {"EventID": 4625, "Channel": "Security", "IpAddress": ATTACKER, "IpPort": str(40_000 + second)}
        return FORMATS["windows"].parse(
            record | {"@timestamp": f"2026-01-01T00:00:{second:02}Z"}, b"", DEFAULT_TENANT, "wec"
        )

    (finding,) = findings([logon(second) for second in range(12)])
    assert finding.title == "Password guessing (logon)"


def short(second: float, **more: object) -> Event:
    fields = {"service": "ssh", "duration": 1.9, "orig_bytes": 1_900, "resp_bytes": 2_500, **more}
    return attempt(second, "10.0.0.5", 22, state="SF", **fields)


def test_many_short_ssh_connections() -> None:
    assert findings([short(second) for second in range(29)]) == []
    (finding,) = findings([short(second) for second in range(30)])
    assert (finding.rule_id, finding.level) == ("password_guessing.short_connections", Level.MEDIUM)


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": 90.0},
        {"resp_bytes": 50_000},
        {"resp_bytes": 0},
        {"service": "http"},
        {"id.resp_p": 443, "service": ""},
    ],
)
def test_what_is_no_short_ssh_connection(fields: dict[str, object]) -> None:
    assert findings([short(second, **fields) for second in range(40)]) == []


def test_what_is_already_told_is_not_told_again_by_its_shape() -> None:
    both = [event for second in range(40) for event in (login(second, success=False), short(second))]
    assert [finding.rule_id for finding in findings(both)] == ["password_guessing"]


def test_parameters_are_obeyed() -> None:
    guessing = PasswordGuessing(GuessingParameters(span=MINUTE, failures=3))
    (finding,) = guessing.analyze_events(failures(3))
    assert finding.matched[0].condition == "failed logins >= 3 in 60 s"


def test_a_honeypot_counts_guesses_but_no_found_password() -> None:
    tries = [
        FORMATS["cowrie"].parse(
            {
                "eventid": f"cowrie.login.{'success' if number == 11 else 'failed'}",
                "timestamp": f"2026-11-21T09:00:{number:02}.000000Z",
                "src_ip": ATTACKER,
                "username": "root",
                "password": f"secret{number}",
                "session": f"s{number}",
                "protocol": "ssh",
            },
            b"{}",
            DEFAULT_TENANT,
            "trap",
        )
        for number in range(12)
    ]
    assert tries[-1].action == "success"
    assert [finding.rule_id for finding in findings(tries)] == ["password_guessing"]
