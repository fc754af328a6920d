import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netsentinel.detection.models import Deployment, ModelTally, RefusedModel, Role
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.models import ModelFolder, Stage
from netsentinel.models.errors import NotServableError
from netsentinel.models.keeping import ModelKeeping
from netsentinel.models.testing import MemoryFiles
from tests.unit.models.shelf import ANA, Shelf, T, memory_shelf

pytestmark = pytest.mark.anyio

KEY = b"k" * 32


@dataclass
class Pool:
    """Notes what it is told."""

    told: list[Deployment] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    is_down: bool = False
    code: str = "model-signature"

    async def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        if self.is_down:
            raise UnavailableError("down")
        self.told.append(deployment)
        bad = [one for one in deployment.models if one.version in self.refuses]
        return [RefusedModel(one.tenant, one.name, one.version, one.role, self.code, "no") for one in bad]

    async def tallies(self) -> Sequence[ModelTally]:
        return []


@dataclass
class Monitor:
    heard: int = 0

    async def take(self, tallies: Sequence[ModelTally]) -> None:
        self.heard += 1

    async def forget_old(self, keep_days: int) -> int:
        return 0


@pytest.fixture
def shelf(clock: FakeClock) -> Shelf:
    return memory_shelf(clock)


def keeping(shelf: Shelf, pool: Pool) -> ModelKeeping:
    return ModelKeeping(shelf.registry, shelf.stores.files, KEY, pool, Monitor(), shelf.clock)


async def test_the_process_is_told_what_judges_and_only_when_it_changed(shelf: Shelf) -> None:
    pool = Pool()
    keep = keeping(shelf, pool)
    assert await keep.follow()
    assert not await keep.follow()
    assert pool.told[-1] == Deployment((), KEY)
    champion, canary = await shelf.champion(content=b"one"), await shelf.canary(0.25, content=b"two")
    shadow = await shelf.add(content=b"three")
    await shelf.registry.shadow(ANA, shadow.id)
    assert await keep.follow()
    told = {
        one.version: (one.tenant, one.name, one.role, one.share, one.threshold, one.artefact)
        for one in pool.told[-1].models
    }
    assert told == {
        str(champion.number): (T, "flows", Role.CHAMPION, 1.0, 0.9, b"one"),
        str(canary.number): (T, "flows", Role.CANARY, 0.25, 0.9, b"two"),
        str(shadow.number): (T, "flows", Role.SHADOW, 1.0, 0.9, b"three"),
    }


async def test_a_refused_model_is_rolled_back_and_the_champion_goes_on(shelf: Shelf) -> None:
    pool = Pool(refuses={"2"})
    keep = keeping(shelf, pool)
    champion, canary = await shelf.champion(content=b"one"), await shelf.canary(content=b"two")
    await keep.follow()
    assert (await shelf.registry.get(T, canary.id)).stage is Stage.ROLLED_BACK
    last = (await shelf.registry.detail(T, canary.id)).history[-1]
    assert last.note == "It cannot be used: no [model-signature]"
    await keep.follow()
    assert [one.version for one in pool.told[-1].models] == [str(champion.number)]


async def test_a_file_that_was_changed_rolls_its_model_back(shelf: Shelf) -> None:
    pool = Pool()
    keep = keeping(shelf, pool)
    await shelf.champion(content=b"one")
    canary = await shelf.canary(content=b"two")
    files = shelf.stores.files
    assert isinstance(files, MemoryFiles)
    files.kept[canary.artefact.sha256] = b"another"
    await keep.follow()
    assert [one.artefact for one in pool.told[-1].models] == [b"one"]
    assert (await shelf.registry.get(T, canary.id)).stage is Stage.ROLLED_BACK


async def test_a_file_that_cannot_be_read_rolls_nothing_back_and_is_tried_again(shelf: Shelf) -> None:
    pool = Pool()
    keep = keeping(shelf, pool)
    first = await shelf.champion(content=b"one")
    await keep.follow()
    second = await shelf.champion(content=b"two")
    files = shelf.stores.files
    assert isinstance(files, MemoryFiles)
    kept, files.kept = files.kept, {}
    await keep.follow()
    assert [one.artefact for one in pool.told[-1].models] == [b"one"], "what judged before goes on"
    assert (await shelf.registry.get(T, second.id)).stage is Stage.PROMOTED
    assert (await shelf.registry.get(T, first.id)).stage is Stage.REPLACED
    assert len(keep.troubles) == 1
    assert not await keep.follow()
    files.kept = kept
    assert await keep.follow(again=True)
    assert [one.artefact for one in pool.told[-1].models] == [b"two"]
    assert keep.troubles == ()
    files.kept = {}
    await keep.follow(again=True)
    assert [one.artefact for one in pool.told[-1].models] == [b"two"]


async def test_what_this_machine_lacks_rolls_nothing_back(shelf: Shelf) -> None:
    pool = Pool(refuses={"1"}, code="missing-extra")
    keep = keeping(shelf, pool)
    champion = await shelf.champion(content=b"one")
    await keep.follow()
    assert (await shelf.registry.get(T, champion.id)).stage is Stage.PROMOTED
    assert keep.troubles == (f"{champion.name} does not judge here: no [missing-extra]",)


async def test_a_server_starts_whatever_is_wrong_with_its_models(shelf: Shelf) -> None:
    pool = Pool(is_down=True)
    keep = keeping(shelf, pool)
    await shelf.champion()
    await keep.begin()
    assert len(keep.troubles) == 1
    pool.is_down = False
    assert await keep.follow()
    assert keep.troubles == ()


async def test_a_process_that_is_down_is_told_later(shelf: Shelf) -> None:
    pool = Pool(is_down=True)
    keep = keeping(shelf, pool)
    await shelf.champion()
    with pytest.raises(UnavailableError):
        await keep.follow()
    pool.is_down = False
    assert await keep.follow()
    assert len(pool.told[-1].models) == 1


async def test_a_model_that_adapts_is_deployed_so_and_its_history_says_it(shelf: Shelf) -> None:
    pool = Pool()
    keep = keeping(shelf, pool)
    model = await shelf.add(content=b"one", kind="behaviour")
    await shelf.registry.shadow(ANA, model.id, "try", adapts=True)
    await keep.follow()
    assert [one.adapts for one in pool.told[-1].models] == [True]
    await shelf.registry.canary(ANA, model.id, 0.1)
    promoted = await shelf.registry.promote(ANA, model.id)
    assert promoted.adapts
    notes = [one.note for one in (await shelf.registry.detail(T, model.id)).history]
    assert notes == ["", "It goes on learning. try", "", ""]
    trees = await shelf.add(content=b"two")
    with pytest.raises(NotServableError, match="cannot go on learning"):
        await shelf.registry.shadow(ANA, trees.id, adapts=True)


async def test_files_that_no_model_needs_any_more_are_deleted(clock: FakeClock, tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path)
    shelf = memory_shelf(clock, files=folder)
    keep = ModelKeeping(shelf.registry, folder, KEY, Pool(), Monitor(), clock, keep_days=30)
    names = {content: await folder.keep(content) for content in (b"kept", b"retired", b"nobody's", b"fresh")}
    await shelf.add(content=b"kept")
    retired = await shelf.add(content=b"retired")
    await shelf.registry.retire(ANA, retired.id)
    for name in set(names.values()) - {names[b"fresh"]}:
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / names[b"fresh"], (clock.now() / 1e6, clock.now() / 1e6))
    assert await keep.tidy() == 1
    assert not (tmp_path / names[b"nobody's"]).exists()
    clock.advance(31 * DAY)
    os.utime(tmp_path / names[b"fresh"], (clock.now() / 1e6, clock.now() / 1e6))
    assert await keep.tidy() == 1
    assert [(tmp_path / name).exists() for name in names.values()] == [True, False, False, True]


async def test_a_file_that_is_kept_again_is_as_good_as_new(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path)
    name = await folder.keep(b"the same")
    os.utime(tmp_path / name, (0, 0))
    assert await folder.keep(b"the same") == name
    assert await folder.tidy((), 1_000_000) == 0
