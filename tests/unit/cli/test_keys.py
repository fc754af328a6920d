"""`netsentinel keys`."""

import asyncio
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
from netsentinel.kernel.types import Permission, Tier, system_principal
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
