from pathlib import Path

import pytest

from netsentinel.bootstrap import audit_key, entry_registry, open_database, open_identity
from netsentinel.kernel.errors import SettingsError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Role, system_principal
from netsentinel.storage import JournalWriter, SqliteDatabase

pytestmark = pytest.mark.anyio


NAMES_OF_THEIR_OWN = {
    "circuit-breaker:state-change",
    "circuit-breaker:forced",
    "dlq:entry-added",
    "dlq:entry-resubmitted",
    "dlq:entry-resolved",
    "retry:attempt",
    "schedule:executed",
    "schedule:changed",
    "schedule:skipped",
    "schedule:triggered",
    "schedule:event-announced",
}
"""Document 003's names on the WebSocket, and those in their style: its webhook events are called otherwise."""


DECIDED_BY_PEOPLE = {"audit", "models", "rules", "triage"}
"""Topics of which every entry is audited, and whose entries are the only ones that are."""


def test_every_feature_announces_under_one_style_of_name() -> None:
    for kind in entry_registry():
        styled = kind.live_name == kind.name.replace(".", ":").replace("_", "-")
        assert styled or kind.live_name in NAMES_OF_THEIR_OWN, kind.name
        assert kind.summary.endswith("."), kind.name
        assert kind.audited is (kind.topic in DECIDED_BY_PEOPLE), kind.name


def test_the_audit_key_is_the_stated_one_or_stays_in_its_file(tmp_path: Path) -> None:
    assert audit_key(Settings(data_dir=tmp_path, audit_key="stated")) == b"stated"
    made = audit_key(Settings(data_dir=tmp_path))
    assert made == audit_key(Settings(data_dir=tmp_path))
    assert len(made) == 64


@pytest.mark.parametrize("url", ["mysql://host/db", "netsentinel.db"])
def test_an_unknown_database_is_refused(tmp_path: Path, url: str) -> None:
    writer = JournalWriter(entry_registry(), FakeClock(), b"k")
    with pytest.raises(SettingsError, match="postgresql://"):
        open_database(Settings(data_dir=tmp_path, database_url=url), writer)


def test_without_a_url_it_is_sqlite(tmp_path: Path) -> None:
    writer = JournalWriter(entry_registry(), FakeClock(), b"k")
    assert isinstance(open_database(Settings(data_dir=tmp_path), writer), SqliteDatabase)


async def test_identity_opens_alone_for_the_command_line(tmp_path: Path) -> None:
    async with open_identity(Settings(data_dir=tmp_path)) as identity:
        made = await identity.keys.create(system_principal(), "test", role=Role.VIEWER)
        assert await identity.validate_token(made.text) is not None
    assert (tmp_path / "netsentinel.db").exists()
