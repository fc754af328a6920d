from pathlib import Path

import pytest
from pydantic import ValidationError

from netsentinel.kernel.settings import Settings


def test_the_environment_sets_and_arguments_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETSENTINEL_PORT", "9000")
    monkeypatch.setenv("NETSENTINEL_RULES", "a, b ,")
    assert Settings().port == 9000
    assert Settings(port=1).port == 1
    assert Settings().rules == (Path("a"), Path("b"))


def test_a_dotenv_file_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NETSENTINEL_DATA_DIR", raising=False)
    (tmp_path / ".env").write_text("NETSENTINEL_DATA_DIR=/srv/ns\n", encoding="utf-8")
    assert Settings().database_path == Path("/srv/ns/netsentinel.db")


@pytest.mark.parametrize(("name", "value"), [("port", 70_000), ("password_min_length", 3), ("intake_max_ratio", 1)])
def test_impossible_values_are_refused(name: str, value: int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})


def test_the_audit_key_does_not_print() -> None:
    assert "hush" not in repr(Settings(audit_key="hush"))


def test_a_key_of_webhooks_is_long_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().webhooks_key.get_secret_value() == ""
    monkeypatch.setenv("NETSENTINEL_WEBHOOKS_KEY", "k" * 31)
    with pytest.raises(ValidationError, match="32 characters"):
        Settings()
    monkeypatch.setenv("NETSENTINEL_WEBHOOKS_KEY", "k" * 32)
    assert Settings().webhooks_key.get_secret_value() == "k" * 32
