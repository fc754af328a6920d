"""`netsentinel users`."""

import asyncio
import io
import json
import os
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
    typed(monkeypatch, "short")
    assert run([*command, "--new-tenant"]) == 2
    assert house.kinds() == []
    typed(monkeypatch, PASSWORD)
    assert run([*command, "--new-tenant"]) == 0
    assert run(["users", "create", "bob", "--tenant", "acme", "--new-tenant"]) == 1
    assert "a tenant acme already" in capsys.readouterr().err
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
    assert run(["users", "list", "--tenant", "acme"]) == 1
    assert "There is no tenant acme. [not-found]" in capsys.readouterr().err


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


def test_disabling_shuts_out_and_tells_of_keys_that_work_on_until_the_user_is_enabled(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(house.user("ann"))
    bob = asyncio.run(house.user("bob"))
    key = asyncio.run(house.service.keys.create(bob.principal(), "report", role=Role.VIEWER))
    assert run(["users", "disable", "bob"]) == 0
    assert "bob of the tenant default can no longer log in." in (said := capsys.readouterr().err)
    assert "1 API key that bob made works on" in said
    assert house.kinds()[-1] == "user.disabled"
    assert asyncio.run(house.service.validate_token(key.text)) is not None
    typed(monkeypatch, f"{OTHER}\n")
    assert run(["users", "password", "bob", "--password-stdin"]) == 0
    assert "has the new password, but is disabled" in (said := capsys.readouterr().err)
    assert "from now on" not in said
    assert run(["users", "enable", "Bob"]) == 0
    assert "bob of the tenant default may log in, as admin." in capsys.readouterr().err
    assert asyncio.run(house.service.authenticate("bob", OTHER)).principal.name == "bob"


@pytest.mark.parametrize("command", [["disable", "ann"], ["role", "ann", "viewer"]])
def test_the_last_administrator_is_given_up_only_when_it_is_said(
    house: House, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    asyncio.run(house.user("ann"))
    before = house.kinds()
    assert run(["users", *command]) == 1
    assert "only active administrator of the tenant default" in (said := capsys.readouterr().err)
    assert "--last-administrator" in said
    assert house.kinds() == before
    assert run(["users", *command, "--last-administrator"]) == 0
    assert house.kinds() != before


def test_a_role_is_changed_from_the_next_login_on(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    session = asyncio.run(house.login("ann"))
    asyncio.run(house.user("bob", Role.VIEWER))
    assert run(["users", "role", "bob", "analyst"]) == 0
    assert "bob of the tenant default is analyst from the next login on" in capsys.readouterr().err
    assert run(["users", "role", "bob", "analyst"]) == 0
    assert "is analyst already" in capsys.readouterr().err
    assert house.kinds()[-1] == "role.changed"
    assert asyncio.run(house.service.validate_token(session.token)) is not None
    assert run(["users", "role", "bob", "boss"]) == 2
    assert "'--role'" not in (said := capsys.readouterr().err)
    assert "'boss' is not one of 'viewer', 'analyst', 'admin'" in said


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        (["create", "bad/name"], 2, "letters, digits"),
        (["create", "ANN"], 1, "a user named ann already"),
        (["create", "zoe", "--tenant", "acme"], 1, "no tenant acme"),
        (["password", "nobody"], 1, "no user named nobody"),
    ],
)
def test_what_cannot_be_is_said_before_a_password_is_asked_for(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    code: int,
    reason: str,
) -> None:
    asyncio.run(house.user("ann"))
    monkeypatch.setattr("typer.prompt", lambda *_, **__: pytest.fail("it was asked for"))
    assert run(["users", *command]) == code
    assert reason in capsys.readouterr().err


def test_at_a_terminal_the_password_is_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr("typer.prompt", lambda *_, **how: asked.append(how) or PASSWORD)
    monkeypatch.setattr("os.open", lambda *_: os.dup(0))  # the terminal of the process
    assert run(["users", "create", "ann"]) == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True, "err": True}]
    assert capsys.readouterr().out.strip() == house.db.entries[0].subject


def test_without_a_terminal_it_says_how_else_to_give_the_password(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_terminal(*_: object) -> int:
        raise OSError

    monkeypatch.setattr("os.open", no_terminal)
    typed(monkeypatch, PASSWORD)
    assert run(["users", "create", "ann"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("netsentinel: There is no terminal")
    assert "--password-stdin" in err
    assert house.db.entries == []
