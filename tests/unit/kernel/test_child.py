import pytest

from netsentinel.kernel.child import child_environment


def test_settings_stay_here_and_everything_else_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETSENTINEL_AUDIT_KEY", "secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    found = child_environment()
    assert found["LANG"] == "C.UTF-8"
    assert not any(name.startswith("NETSENTINEL_") for name in found)
