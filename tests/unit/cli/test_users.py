"""`netsentinel users`."""

import io
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from netsentinel.cli.program import run
from netsentinel.identity import IdentityService
from netsentinel.kernel.settings import Settings
from tests.identity import PASSWORD, House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """What the commands open instead of a database."""
    house = House()
    (tmp_path / "netsentinel.db").touch()
    monkeypatch.setenv("NETSENTINEL_DATA_DIR", str(tmp_path))

    @asynccontextmanager
    async def open_identity(settings: Settings) -> AsyncGenerator[IdentityService]:
        yield house.service

    monkeypatch.setitem(sys.modules, "netsentinel.bootstrap", SimpleNamespace(open_identity=open_identity))
    return house


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_user_is_made_with_a_password_from_standard_input(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, f"{PASSWORD}\r\nmore\n")
    assert run(["users", "create", "ann", "--role", "admin", "--password-stdin"]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == house.db.entries[0].subject
    assert "ann can log in as admin" in err
    assert PASSWORD not in out + err


def test_a_tenant_is_made_only_when_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["users", "create", "ann", "--tenant", "acme", "--password-stdin"]
    typed(monkeypatch, PASSWORD)
    assert run(command) == 1
    assert "There is no tenant acme" in capsys.readouterr().err
    typed(monkeypatch, PASSWORD)
    assert run([*command, "--new-tenant"]) == 0
    assert house.kinds() == ["tenant.created", "user.created"]
    assert house.db.entries[1].tenant == "acme"


def test_a_poor_password_is_wrong_usage(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "short\n")
    assert run(["users", "create", "ann", "--password-stdin"]) == 2
    assert "at least 15" in capsys.readouterr().err
    assert house.db.entries == []
