"""`netsentinel users`."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from netsentinel.cli.program import run
from netsentinel.identity import IdentityService
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Role
from tests.identity import PASSWORD, House

OTHER = "walrus orbit lantern eleven"


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


def test_the_list_names_who_may_log_in_and_holds_no_hash(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(house.user("bob", Role.VIEWER))
    asyncio.run(house.login("ann"))
    assert run(["users", "disable", "bob"]) == 0
    capsys.readouterr()
    assert run(["users", "list"]) == 0
    head, ann, bob = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["NAME", "ROLE", "STATE"]
    assert "may log in" in ann
    assert "never" not in ann
    assert "viewer" in bob
    assert "disabled 2" in bob
    assert run(["users", "list", "-o", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == ["ann", "bob"]
    assert not any("hash" in field for field in listed[0])
    assert run(["users", "list", "--tenant", "acme"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_forgotten_password_is_replaced(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = asyncio.run(house.login("ann"))
    typed(monkeypatch, f"{OTHER}\n")
    assert run(["users", "password", "Ann", "--password-stdin"]) == 0
    out, err = capsys.readouterr()
    assert "ann of the tenant default" in err
    assert OTHER not in out + err
    assert asyncio.run(house.service.validate_token(session.token)) is None
    assert asyncio.run(house.service.authenticate("ann", OTHER)).principal.name == "ann"
    typed(monkeypatch, f"{OTHER}\n")
    assert run(["users", "password", "nobody", "--password-stdin"]) == 1
    assert "no user named nobody" in capsys.readouterr().err


def test_disabling_shuts_out_and_tells_of_keys_that_work_on(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    bob = asyncio.run(house.user("bob"))
    key = asyncio.run(house.service.keys.create(bob.principal(), "report", role=Role.VIEWER))
    assert run(["users", "disable", "bob"]) == 0
    assert "bob of the tenant default can no longer log in." in (said := capsys.readouterr().err)
    assert "1 API key that bob made works on" in said
    assert house.kinds()[-1] == "user.disabled"
    assert asyncio.run(house.service.validate_token(key.text)) is not None
