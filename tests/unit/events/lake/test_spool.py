import os
from pathlib import Path

import msgspec
import pytest

from netsentinel.events.lake import StoredEvent
from netsentinel.events.lake.model import EMPTY_SPOOL, Spool
from netsentinel.events.lake.spool import SpoolWriter, stored
from netsentinel.events.model import Event, Logsource
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import StorageFullError, StorageUnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT


def batch(number: int) -> InboxBatch:
    return InboxBatch(number, DEFAULT_TENANT, "eve", "", 5, 1, b"")


def event(user: str) -> Event:
    return Event(
        tenant=DEFAULT_TENANT, source="eve", format="json", time=7, logsource=Logsource(), user=user, native={}
    )


def read(spool: Spool) -> list[tuple[str, str]]:
    lines = Path(spool.path).read_bytes()
    events = msgspec.json.Decoder(StoredEvent).decode_lines(lines)
    assert len(events) == spool.events
    assert max(map(len, lines.splitlines())) == spool.longest
    assert len(lines) == spool.size
    return [(one.id, one.user) for one in events]


def test_ids_are_the_batch_and_the_position_in_it(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "aside")
    writer.begin(batch(3))
    writer.keep([event("a"), event("b")])
    writer.keep([event("c")])
    writer.begin(batch(4))
    writer.keep([event("d")])
    first = writer.cut()
    writer.begin(batch(5))
    writer.keep([event("e")])
    assert read(first) == [("evt_3_0", "a"), ("evt_3_1", "b"), ("evt_3_2", "c"), ("evt_4_0", "d")]
    assert read(writer.cut()) == [("evt_5_0", "e")]
    assert writer.cut() == EMPTY_SPOOL


def test_a_batch_that_is_rejected_as_a_whole_leaves_nothing(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.begin(batch(1))
    writer.undo()
    writer.keep([event("a")])
    writer.begin(batch(2))
    writer.keep([event("b"), event("c")])
    writer.undo()
    writer.begin(batch(3))
    writer.keep([event("d")])
    spool = writer.cut()
    assert [user for _, user in read(spool)] == ["a", "d"]


def test_what_was_not_taken_over_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "1-1.spool").write_bytes(b"of an earlier process")
    writer = SpoolWriter(tmp_path)
    writer.begin(batch(1))
    writer.keep([event("a")])
    writer.discard()
    assert list(tmp_path.iterdir()) == []
    assert writer.cut() == EMPTY_SPOOL


SPREAD = {"tenant", "source", "format", "time", "logsource", "native", "raw"}
"""What an event states in another form, or for all of a batch."""
OF_THE_LAKE = {"batch", "number", "received_at", "product", "category", "service", "raw_hash"}


def test_every_column_of_an_event_is_stored_and_every_stored_one_comes_from_an_event() -> None:
    """A column that is added to one and not to the other fails here."""
    of_event = {one.name for one in msgspec.structs.fields(Event)}
    of_lake = {one.name for one in msgspec.structs.fields(StoredEvent)}
    assert of_event - {"logsource"} == of_lake - OF_THE_LAKE


def test_no_column_is_mixed_up_with_another() -> None:
    values: dict[str, object] = {}
    for at, one in enumerate(msgspec.structs.fields(Event)):
        if one.name not in SPREAD:
            values[one.name] = 1_000 + at if isinstance(one.default, int) else f"value of {one.name}"
    made = Event(
        tenant=DEFAULT_TENANT, source="s", format="f", time=7, logsource=Logsource("p", "c", "v"), native={}, **values
    )
    found = stored(made, 3, 4, 5)
    assert {name: getattr(found, name) for name in values} == values
    assert (found.product, found.category, found.service, found.time, found.received_at) == ("p", "c", "v", 7, 5)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("lines", [1, 5_000])
def test_a_full_disk_is_said_and_what_is_left_can_be_forgotten(tmp_path: Path, lines: int) -> None:
    (tmp_path / f"{os.getpid()}-1.spool").symlink_to("/dev/full")
    writer = SpoolWriter(tmp_path)
    writer.begin(batch(1))
    with pytest.raises(StorageFullError, match="No space left"):  # noqa: PT012 - few lines are written when it is cut
        writer.keep([event("a" * 1_000)] * lines)
        writer.cut()
    writer.discard()
    assert not list(tmp_path.iterdir())
    writer.begin(batch(2))
    writer.keep([event("b")])
    assert read(writer.cut()) == [("evt_2_0", "b")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_when_a_batch_is_rejected_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / f"{os.getpid()}-1.spool").symlink_to("/dev/full")
    writer = SpoolWriter(tmp_path)
    writer.begin(batch(1))
    writer.keep([event("a")])
    with pytest.raises(StorageFullError, match="No space left"):
        writer.undo()
    writer.discard()
    assert writer.cut() == EMPTY_SPOOL


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "aside").write_bytes(b"")
    writer = SpoolWriter(tmp_path / "aside")
    writer.begin(batch(1))
    with pytest.raises(StorageUnavailableError, match="Events cannot be kept"):
        writer.keep([event("a")])
