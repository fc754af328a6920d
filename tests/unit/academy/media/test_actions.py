from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from netsentinel.academy.media import MEDIA_READ, MediaActions, MediumState, submitter
from netsentinel.academy.media.actions import Wanted
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.testing import MemoryTx
from tests.unit.academy.graph.site import ANA, T
from tests.unit.academy.media.site import Library, memory_library, pieces

pytestmark = pytest.mark.anyio
TEXT = b"# Web sessions\n\nA **session cookie** is a cookie.\n"


class Asked:
    """A reporter of a task."""

    def __init__(self) -> None:
        self.task = SimpleNamespace(id="tsk_9", tenant=T, principal="usr_ana")
        self.told: list[str] = []

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        self.told.append(stage)


@pytest.fixture
def library(clock: FakeClock, tmp_path: Path) -> Library:
    return memory_library(clock, tmp_path)


def actions_of(library: Library) -> MediaActions:
    return MediaActions(library.graph.ground.db, library.store, library.reading, 2)


async def kept(library: Library) -> str:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    return (await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT))).medium


async def test_a_medium_is_read_in_the_name_of_who_asked(library: Library) -> None:
    medium, asked = await kept(library), Asked()
    done = await actions_of(library).read(Wanted(medium=medium, version=1), asked)  # type: ignore[arg-type] - as much of a reporter as it needs
    assert (done.state, done.concepts > 0) == ("ready", True)
    assert asked.told == ["sniff", "text", "concepts", "graph"]
    assert (await library.media.get(T, medium)).task_id == "tsk_9"


async def test_what_is_not_there_any_more_is_left_alone(library: Library) -> None:
    medium, actions = await kept(library), actions_of(library)
    assert (await actions.read(Wanted(medium=medium, version=2), Asked())).state == "superseded"  # type: ignore[arg-type] - the same
    with pytest.raises(NotFoundError):
        await actions.read(Wanted(medium="med_none"), Asked())  # type: ignore[arg-type] - the same


@pytest.mark.parametrize(("action", "state"), [(MEDIA_READ, MediumState.FAILED), ("models.train", MediumState.KEPT)])
async def test_a_reading_that_was_given_up_is_noted(library: Library, action: str, state: MediumState) -> None:
    medium = await kept(library)
    entry = Entry(1, T, "task.dead", 5, "system", "tsk_1", {"action": action, "error": "too often"}, (), audited=False)
    actions_of(library).on_task_ended(MemoryTx(), entry)
    found = await library.media.get(T, medium)
    assert found.state is state
    assert found.detail == ("too often" if state is MediumState.FAILED else "")


def test_an_upload_asks_for_a_task_of_its_version() -> None:
    asked: list[Any] = []

    def submit_in(_tx: object, principal: object, request: Any) -> Any:
        asked.append((principal, request.action, request.input))
        return SimpleNamespace(task=SimpleNamespace(id="tsk_1"))

    assert submitter(submit_in)(MemoryTx(), ANA, "med_1", 3) == "tsk_1"
    assert asked == [(ANA, MEDIA_READ, Wanted(medium="med_1", version=3))]
