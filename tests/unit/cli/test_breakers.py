import pytest

from netsentinel.cli.breakers import show_breakers
from netsentinel.cli.output import Output

BREAKER = {
    "dependency": "smtp",
    "mode": "half_open",
    "since": 0,
    "until": 1,
    "calls": 20,
    "failures": 10,
    "failure_rate": 0.5,
    "slow": 1,
    "slow_rate": 0.05,
}


def test_a_list_says_how_calls_go(capsys: pytest.CaptureFixture[str]) -> None:
    show_breakers([BREAKER], Output.TABLE)
    said = capsys.readouterr().out
    assert "half open" in said
    assert "10 (50%)" in said
    assert "1 (5%)" in said
    assert "1970-01-01T00:00:00.000001Z" in said
    show_breakers([BREAKER], Output.JSON)
    assert '"mode":"half_open"' in capsys.readouterr().out
