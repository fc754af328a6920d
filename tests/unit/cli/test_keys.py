"""`netsentinel keys`."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from netsentinel.cli.program import run
from netsentinel.identity import IdentityService
from netsentinel.identity.entries import KeyCreated
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Permission, Role, Tier, system_principal
from tests.identity import House


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


def test_a_sensors_key_is_all_that_standard_output_gets(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "sensor", "--scope", "events:write"]) == 0
    out, err = capsys.readouterr()
    admission = asyncio.run(house.service.validate_token(out.strip()))
    assert admission is not None
    assert admission.principal.permissions == {Permission.EVENTS_WRITE}
    assert "not shown again" in err
    assert out.strip() not in err


def test_a_key_with_a_role_and_an_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.kernel.clock.SystemClock.now", lambda _self: house.clock.now())
    assert run(["keys", "create", "report", "--role", "viewer", "--expires-days", "3"]) == 0
    expected = KeyCreated(name="report", role="viewer", scopes=(), expires_at=house.clock.now() + 3 * DAY)
    assert house.db.entries[0].payload == expected


@pytest.mark.parametrize("wrong", [[], ["--role", "viewer", "--scope", "events:write"]])
def test_a_key_needs_either_a_role_or_scopes(
    house: House, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert run(["keys", "create", "sensor", *wrong]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "either a role or a set of permissions" in err
    assert house.db.entries == []


def test_a_tier_goes_to_a_new_key_to_a_key_and_to_the_tenant(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "report", "--role", "viewer", "--tier", "premium"]) == 0
    capsys.readouterr()
    (key,) = asyncio.run(house.service.keys.all(system_principal()))
    assert key.tier is Tier.PREMIUM
    assert run(["keys", "tier", "unlimited", "--key-id", key.id]) == 0
    assert run(["keys", "tier", "premium"]) == 0
    assert "The key report is unlimited" in (said := capsys.readouterr().err)
    assert "The tenant Default is premium" in said
    (key,) = asyncio.run(house.service.keys.all(system_principal()))
    assert (key.tier, key.tenant_tier) == (Tier.UNLIMITED, Tier.PREMIUM)


def test_the_list_says_what_keys_may_do_and_leaves_out_those_that_work_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("netsentinel.kernel.clock.SystemClock.now", lambda _self: house.clock.now())
    keys, system = house.service.keys, system_principal()
    asyncio.run(keys.create(system, "sensor", scopes={Permission.EVENTS_WRITE, Permission.ALERTS_READ}))
    house.clock.advance(1)
    asyncio.run(keys.create(system, "report", role=Role.VIEWER, expires_at=house.clock.now() + DAY))
    assert run(["keys", "list"]) == 0
    _, sensor, report = capsys.readouterr().out.splitlines()
    assert "alerts:read, events:write" in sensor
    assert "works" in sensor
    assert "never" in sensor
    assert "viewer" in report
    assert "works until " in report
    house.clock.advance(2 * DAY)
    assert run(["keys", "list"]) == 0
    assert "report" not in capsys.readouterr().out
    assert run(["keys", "list", "--all"]) == 0
    assert "expired " in capsys.readouterr().out
    assert run(["keys", "list", "--all", "-o", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == ["sensor", "report"]
    assert not any("hash" in field for field in listed[0])


def test_a_key_is_revoked_by_its_id_or_a_name_that_only_it_has(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, system = house.service.keys, system_principal()
    one, two, three = (asyncio.run(keys.create(system, name, role=Role.VIEWER)) for name in ("lab", "lab", "office"))
    assert run(["keys", "revoke", "lab"]) == 1
    assert one.key.id in (said := capsys.readouterr().err)
    assert two.key.id in said
    assert asyncio.run(house.service.validate_token(one.text)) is not None
    assert run(["keys", "revoke", one.key.id]) == 0
    assert run(["keys", "revoke", "lab"]) == 0
    assert f"The key lab ({two.key.id}) of the tenant default works no more." in capsys.readouterr().err
    assert asyncio.run(house.service.validate_token(two.text)) is None
    assert run(["keys", "revoke", "office", "--tenant", "acme"]) == 1
    assert "There is no tenant acme." in capsys.readouterr().err
    assert run(["keys", "revoke", "nix"]) == 1
    assert "no key of the id nix, and no valid one of that name. [not-found]" in capsys.readouterr().err
    assert run(["keys", "list", "--tenant", "acme"]) == 1
    assert asyncio.run(house.service.validate_token(three.text)) is not None
