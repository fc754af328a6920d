"""One suite for the registry of models on the three kinds of stores, and one for the two kinds of files."""

from pathlib import Path

import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.models import Alias, Change, ModelFilter, ModelFolder, Policy, Stage
from netsentinel.models.errors import ModelQuotaError, ModelStageError, NotServableError, SecondPersonError
from netsentinel.models.ports import ModelFiles
from netsentinel.models.service import PROBATION
from netsentinel.models.store_sql import SqlChanges, SqlModels  # noqa: F401 - the suite is theirs, by way of the shelf
from netsentinel.models.testing import MemoryChanges, MemoryFiles, MemoryModels  # noqa: F401 - the same
from tests.unit.models.shelf import ANA, ANALYST, BEN, KEY, OTHER, STRANGER, SYSTEM, Shelf, T, memory_shelf, sql_shelf

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, clock: FakeClock) -> Shelf:
    if request.param == "memory":
        return memory_shelf(clock)
    return sql_shelf(request.getfixturevalue(f"{request.param}_database"), clock)


@pytest.fixture(params=["memory", "folder"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> ModelFiles:
    return MemoryFiles() if request.param == "memory" else ModelFolder(tmp_path / "blobs")


async def stages(shelf: Shelf) -> list[tuple[int, Stage]]:
    page = await shelf.registry.page(T, ModelFilter(), limit=100)
    return sorted((model.number, model.stage) for model in page.items)


async def test_a_model_comes_back_as_it_was_kept(shelf: Shelf) -> None:
    model = await shelf.add(note="the first")
    assert (model.number, model.stage, model.alias, model.trained_by_name) == (1, Stage.TRAINED, None, "ana")
    assert await shelf.registry.get(T, model.id) == model
    detail = await shelf.registry.detail(T, model.id)
    assert bytes(detail.report) == b'{"card":"#"}'
    assert [(one.change, one.before, one.after, one.note) for one in detail.history] == [
        (Change.TRAINED, None, Stage.TRAINED, "the first")
    ]
    assert await shelf.registry.report(T, model.id) == (b'{"card":"#"}', b"\x89PNG")


async def test_models_of_a_line_are_counted_and_listed_newest_first(shelf: Shelf) -> None:
    made = [await shelf.add(line="flows" if number % 2 else "hosts") for number in range(5)]
    assert [model.number for model in made] == [1, 1, 2, 2, 3]
    found, cursor = [], ""
    while True:
        page = await shelf.registry.page(T, ModelFilter(), limit=2, cursor=cursor)
        found += [model.id for model in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert found == [model.id for model in reversed(made)]
    only = await shelf.registry.page(T, ModelFilter(line="hosts", stages=(Stage.TRAINED,)), limit=10)
    assert [model.number for model in only.items] == [3, 2, 1]
    assert (await shelf.registry.page(T, ModelFilter(kind="nearest"), limit=10)).items == ()
    assert (await shelf.registry.page(T, ModelFilter(task_id="tsk_two"), limit=10)).items == ()
    assert (await shelf.registry.page(T, ModelFilter(stages=(Stage.RETIRED,)), limit=10)).items == ()


async def test_a_tenant_sees_and_changes_its_own_only(shelf: Shelf) -> None:
    model = await shelf.add()
    theirs = await shelf.add(principal=STRANGER)
    assert theirs.number == 1
    assert [one.id for one in (await shelf.registry.page(OTHER, ModelFilter(), limit=9)).items] == [theirs.id]
    for call in (
        shelf.registry.get(OTHER, model.id),
        shelf.registry.detail(OTHER, model.id),
        shelf.registry.report(OTHER, model.id),
        shelf.registry.shadow(STRANGER, model.id),
        shelf.registry.canary(STRANGER, model.id, 0.5),
        shelf.registry.promote(STRANGER, model.id),
        shelf.registry.roll_back(STRANGER, model.id),
        shelf.registry.retire(STRANGER, model.id),
    ):
        with pytest.raises(NotFoundError):
            await call
    assert {change.model_id for change in await shelf.registry.history(OTHER)} == {theirs.id}


async def test_a_life_from_training_to_promotion_and_back(shelf: Shelf) -> None:
    first = await shelf.champion()
    assert (first.stage, first.alias) == (Stage.PROMOTED, Alias.CHAMPION)
    second = await shelf.add(content=b"another")
    assert (await shelf.registry.shadow(ANA, second.id, "look at it")).alias is Alias.SHADOW
    canary = await shelf.registry.canary(ANA, second.id, 0.25)
    assert (canary.alias, canary.share) == (Alias.CHALLENGER, 0.25)
    assert (await shelf.registry.canary(ANA, second.id, 0.5)).share == 0.5
    assert not (await shelf.registry.get(T, second.id)).adapts
    chosen = await shelf.registry.selection()
    assert {(one.number, one.alias, one.share) for one in chosen.models} == {
        (1, Alias.CHAMPION, 0.0),
        (2, Alias.CHALLENGER, 0.5),
    }
    promoted = await shelf.registry.promote(ANA, second.id, "better")
    assert (promoted.stage, promoted.share) == (Stage.PROMOTED, 0.0)
    assert await stages(shelf) == [(1, Stage.REPLACED), (2, Stage.PROMOTED)]
    gone = await shelf.registry.roll_back(BEN, second.id, "too loud")
    assert gone.stage is Stage.ROLLED_BACK
    assert await stages(shelf) == [(1, Stage.PROMOTED), (2, Stage.ROLLED_BACK)]
    story = [(one.change, one.principal_name, one.note) for one in (await shelf.registry.detail(T, second.id)).history]
    assert story == [
        (Change.TRAINED, "ana", ""),
        (Change.SHADOWED, "ana", "look at it"),
        (Change.CANARIED, "ana", ""),
        (Change.CANARIED, "ana", ""),
        (Change.PROMOTED, "ana", "better"),
        (Change.ROLLED_BACK, "ben", "too loud"),
    ]
    newest = await shelf.registry.history(T, line="flows", limit=2)
    assert [(one.model_id, one.change) for one in newest] == [
        (first.id, Change.PROMOTED),
        (second.id, Change.ROLLED_BACK),
    ]


async def test_a_champion_without_one_before_it_leaves_its_place_empty(shelf: Shelf) -> None:
    only = await shelf.champion()
    await shelf.registry.roll_back(ANA, only.id)
    assert (await shelf.registry.selection()).models == ()


async def test_a_large_canary_and_a_champion_belong_to_who_may_promote(shelf: Shelf) -> None:
    await shelf.champion(content=b"one")
    champion, canary = await shelf.champion(content=b"two"), await shelf.canary(content=b"three")
    assert (await shelf.registry.canary(ANALYST, canary.id, 0.2)).share == 0.2
    with pytest.raises(NotAllowedError):
        await shelf.registry.canary(ANALYST, canary.id, 0.21)
    with pytest.raises(NotAllowedError):
        await shelf.registry.roll_back(ANALYST, champion.id)
    assert (await shelf.registry.get(T, champion.id)).stage is Stage.PROMOTED
    assert (await shelf.registry.roll_back(ANALYST, canary.id)).stage is Stage.ROLLED_BACK
    strict = type(shelf.registry)(shelf.db, shelf.stores, shelf.clock, Policy(second_person=True, canary_share=0.3))
    other = await shelf.canary(content=b"four")
    assert (await strict.canary(ANA, other.id, 0.3)).share == 0.3
    with pytest.raises(SecondPersonError):
        await strict.canary(ANA, other.id, 1.0)
    with pytest.raises(SecondPersonError):
        await strict.roll_back(KEY, champion.id)
    assert (await strict.roll_back(ANA, champion.id)).stage is Stage.PROMOTED
    with pytest.raises(SecondPersonError):
        await strict.roll_back(ANA, champion.id)
    assert (await strict.roll_back(BEN, champion.id)).stage is Stage.ROLLED_BACK


async def test_the_heir_must_be_whole_and_who_cannot_judge_goes_all_the_same(shelf: Shelf) -> None:
    heir, champion = await shelf.champion(content=b"one"), await shelf.champion(content=b"two")
    await shelf.stores.files.tidy({champion.artefact.sha256}, 2**62)
    with pytest.raises(ModelFileError):
        await shelf.registry.roll_back(ANA, champion.id)
    assert await shelf.registry.guard(T, champion.id, "loud") is None
    assert (await shelf.registry.get(T, champion.id)).stage is Stage.PROMOTED
    assert await shelf.registry.take_out(T, champion.id, "changed") is not None
    assert await stages(shelf) == [(heir.number, Stage.REPLACED), (champion.number, Stage.ROLLED_BACK)]
    assert await shelf.registry.take_out(T, champion.id, "changed") is None


async def test_a_guard_rolls_a_champion_back_once_and_never_to_nothing(shelf: Shelf) -> None:
    first = await shelf.champion(content=b"one")
    assert await shelf.registry.guard(T, first.id, "loud") is None
    second, third = await shelf.champion(content=b"two"), await shelf.champion(content=b"three")
    assert await shelf.registry.guard(T, third.id, "loud") is not None
    assert (await shelf.registry.get(T, second.id)).stage is Stage.PROMOTED
    assert await shelf.registry.guard(T, second.id, "loud") is None, "it came back by a rollback"
    fourth = await shelf.champion(content=b"four")
    shelf.clock.advance(PROBATION + 1)
    assert await shelf.registry.guard(T, fourth.id, "loud") is None
    assert (await shelf.registry.get(T, fourth.id)).stage is Stage.PROMOTED


async def test_a_tenant_has_so_many_lines_that_judge(shelf: Shelf) -> None:
    tight = type(shelf.registry)(shelf.db, shelf.stores, shelf.clock, Policy(lines=2))
    one, two, three = [await shelf.add(line=line) for line in ("a", "b", "c")]
    again = await shelf.add(line="b")
    for model in (one, two, again):
        await tight.shadow(ANA, model.id)
    with pytest.raises(ModelQuotaError):
        await tight.shadow(ANA, three.id)
    await tight.roll_back(ANA, one.id)
    assert (await tight.shadow(ANA, three.id)).stage is Stage.SHADOW
    theirs = await shelf.add(principal=STRANGER, line="z")
    assert (await tight.shadow(STRANGER, theirs.id)).stage is Stage.SHADOW


async def test_each_place_of_a_line_belongs_to_one_model(shelf: Shelf) -> None:
    one, two = await shelf.add(), await shelf.add()
    hosts = await shelf.add(line="hosts")
    for model in (one, two, hosts):
        await shelf.registry.shadow(ANA, model.id)
    assert {(model.line, model.number) for model in (await shelf.registry.selection()).models} == {
        ("flows", 2),
        ("hosts", 1),
    }
    assert (await shelf.registry.get(T, one.id)).stage is Stage.TRAINED


async def test_stages_come_in_their_order(shelf: Shelf) -> None:
    model = await shelf.add()
    for early in (shelf.registry.canary(ANA, model.id, 0.1), shelf.registry.promote(ANA, model.id)):
        with pytest.raises(ModelStageError):
            await early
    await shelf.registry.shadow(ANA, model.id)
    for wrong in (shelf.registry.promote(ANA, model.id), shelf.registry.shadow(ANA, model.id)):
        with pytest.raises(ModelStageError):
            await wrong
    for share in (0.0, -0.1, 1.01, float("nan")):
        with pytest.raises(InvalidInputError):
            await shelf.registry.canary(ANA, model.id, share)
    await shelf.registry.canary(ANA, model.id, 1)
    await shelf.registry.promote(ANA, model.id)
    with pytest.raises(ModelStageError):
        await shelf.registry.retire(ANA, model.id)
    await shelf.registry.roll_back(ANA, model.id)
    with pytest.raises(ModelStageError):
        await shelf.registry.roll_back(ANA, model.id)
    assert (await shelf.registry.retire(ANA, model.id)).stage is Stage.RETIRED
    for late in (shelf.registry.shadow(ANA, model.id), shelf.registry.retire(ANA, model.id)):
        with pytest.raises(ModelStageError):
            await late


async def test_a_model_of_other_columns_cannot_judge_events(shelf: Shelf) -> None:
    model = await shelf.add(servable=False)
    with pytest.raises(NotServableError):
        await shelf.registry.shadow(ANA, model.id)
    assert (await shelf.registry.selection()).models == ()


async def test_a_model_whose_file_is_gone_takes_no_place_and_the_champion_goes_on(shelf: Shelf) -> None:
    champion = await shelf.champion(content=b"good")
    broken = await shelf.canary(content=b"broken")
    await shelf.stores.files.tidy({champion.artefact.sha256}, 2**62)
    with pytest.raises(ModelFileError):
        await shelf.registry.promote(ANA, broken.id)
    fresh = await shelf.add(content=b"fresh")
    await shelf.stores.files.tidy({champion.artefact.sha256}, 2**62)
    with pytest.raises(ModelFileError):
        await shelf.registry.shadow(ANA, fresh.id)
    assert (await shelf.registry.get(T, champion.id)).stage is Stage.PROMOTED


async def test_a_second_person_has_to_agree_where_the_policy_says_so(shelf: Shelf) -> None:
    strict = type(shelf.registry)(shelf.db, shelf.stores, shelf.clock, Policy(second_person=True))
    first = await shelf.champion()
    model = await shelf.canary()
    with pytest.raises(SecondPersonError):
        await strict.promote(KEY, model.id)
    asked = await strict.promote(ANA, model.id, "it is better")
    assert (asked.stage, asked.request and asked.request.by_name) == (Stage.CANARY, "ana")
    with pytest.raises(SecondPersonError):
        await strict.promote(ANA, model.id)
    with pytest.raises(SecondPersonError):
        await strict.promote(KEY, model.id)
    assert (await strict.get(T, first.id)).stage is Stage.PROMOTED
    promoted = await strict.promote(BEN, model.id, "agreed")
    assert (promoted.stage, promoted.request) == (Stage.PROMOTED, None)
    assert [one.change for one in (await strict.detail(T, model.id)).history][-2:] == [Change.ASKED, Change.PROMOTED]


async def test_a_request_does_not_outlive_the_stage_it_was_made_in(shelf: Shelf) -> None:
    strict = type(shelf.registry)(shelf.db, shelf.stores, shelf.clock, Policy(second_person=True))
    model = await shelf.canary()
    await strict.promote(ANA, model.id)
    assert (await strict.canary(ANA, model.id, 0.2)).request is None
    assert (await strict.promote(BEN, model.id)).stage is Stage.CANARY


async def test_every_change_is_told_and_counted(shelf: Shelf) -> None:
    before = await shelf.registry.revision()
    await shelf.champion()
    model = await shelf.canary()
    await shelf.registry.guard(T, model.id, "alert rate 12 times its usual")
    assert await shelf.registry.revision() > before
    assert await shelf.registry.guard(T, model.id, "again") is None
    last = (await shelf.registry.detail(T, model.id)).history[-1]
    assert (last.principal, last.note) == (SYSTEM.id, "alert rate 12 times its usual")


async def test_models_are_compared_side_by_side(shelf: Shelf) -> None:
    one, two = await shelf.add(), await shelf.add()
    both = await shelf.registry.compare(T, [two.id, one.id, two.id])
    assert [detail.model.id for detail in both] == [two.id, one.id]
    for ids in ([one.id], [one.id, one.id], []):
        with pytest.raises(InvalidInputError):
            await shelf.registry.compare(T, ids)


async def test_a_file_is_found_by_what_it_holds(files: ModelFiles) -> None:
    name = await files.keep(b"a model")
    assert await files.keep(b"a model") == name
    assert await files.read(name) == b"a model"
    assert files.path(name).name == name
    with pytest.raises(ModelFileError):
        await files.read("0" * 64)


async def test_only_what_nobody_wants_is_tidied(files: ModelFiles) -> None:
    wanted, other = await files.keep(b"wanted"), await files.keep(b"other")
    assert await files.tidy({wanted}, 2**62) == 1
    assert await files.read(wanted) == b"wanted"
    with pytest.raises(ModelFileError):
        await files.read(other)


async def test_whether_a_model_adapts_is_kept_through_its_stages(shelf: Shelf) -> None:
    model = await shelf.add(kind="behaviour")
    await shelf.registry.shadow(ANA, model.id, adapts=True)
    assert (await shelf.registry.get(T, model.id)).adapts
    assert (await shelf.registry.canary(ANA, model.id, 0.1)).adapts
    assert not (await shelf.registry.canary(ANA, model.id, 0.1, adapts=False)).adapts
    assert not (await shelf.registry.get(T, model.id)).adapts


async def test_files_are_needed_by_every_model_that_was_not_retired_long_ago(shelf: Shelf) -> None:
    first, second = await shelf.add(content=b"one"), await shelf.add(content=b"two", principal=STRANGER)
    assert await shelf.registry.files_in_use() == {first.artefact.sha256, second.artefact.sha256}
    gone = await shelf.registry.retire(ANA, first.id)
    assert first.artefact.sha256 in await shelf.registry.files_in_use(gone.changed_at)
    assert await shelf.registry.files_in_use(gone.changed_at + 1) == {second.artefact.sha256}
