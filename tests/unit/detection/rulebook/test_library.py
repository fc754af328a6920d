import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from netsentinel.detection.rulebook import (
    Installed,
    PackFolder,
    PackKind,
    RuleFilter,
    RuleLibrary,
    RuleOrder,
    RuleState,
    library,
)
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.detection.rulebook.ports import ReadRules
from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NetSentinelError,
    NotFoundError,
    RuleSyntaxError,
    StorageFullError,
    StorageUnavailableError,
    UnavailableError,
)
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage import Tx
from tests.unit.detection.rulebook.shelf import Shelf, rule_id, rule_text

pytestmark = pytest.mark.anyio

ADMIN = system_principal()
OTHER = TenantId("other")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


async def titles(shelf: Shelf, tenant: TenantId = DEFAULT_TENANT) -> list[str]:
    page = await shelf.service.page(tenant, RuleFilter(), RuleOrder.TITLE, limit=100)
    return [item.title for item in page.items]


async def test_the_installation_is_read_once_and_again_when_it_changes(shelf: Shelf) -> None:
    root = shelf.installed(1, 2)
    installed = [Installed(root, "ours", PackKind.BUNDLED, "MIT")]
    await shelf.library.open(installed)
    revision = await shelf.library.revision()
    await shelf.library.open(installed)
    assert await shelf.library.revision() == revision
    (root / "rule2" / "rule.yml").write_text("title: [", encoding="utf-8")
    await shelf.library.open(installed)
    page = await shelf.service.page(OTHER, RuleFilter(), RuleOrder.TITLE, limit=10)
    assert page.states == {"enabled": 1, "disabled": 0, "failing": 1}
    (failing,) = [item for item in page.items if item.state is RuleState.FAILING]
    detail = await shelf.service.detail(OTHER, failing.id)
    assert (detail.path, detail.error_line, detail.source) == ("rule2/rule.yml", 1, "title: [")
    await shelf.library.open([])
    assert await titles(shelf) == []


async def test_the_installation_may_lie_in_another_place_than_before(shelf: Shelf, tmp_path: Path) -> None:
    root = shelf.installed(1, 2)
    await shelf.library.open([Installed(root, "ours", PackKind.BUNDLED, "MIT")])
    await shelf.library.open([Installed(root.rename(tmp_path / "moved"), "ours", PackKind.BUNDLED, "MIT")])
    assert await titles(shelf) == ["Rule 1", "Rule 2"]


async def test_what_is_added_was_read_before_the_detection_process_is_told_of_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[str], int]] = []
    read = shelf.bench.read

    async def note(paths: Sequence[Path], *, ahead: bool = False) -> ReadRules:
        assert ahead
        asked.append(([path.name for path in paths], await shelf.library.revision()))
        return await read(paths, ahead=ahead)

    monkeypatch.setattr(shelf.bench, "read", note)
    before = await shelf.library.revision()
    await shelf.library.add_text(ADMIN, rule_text(1))
    _, selection = await shelf.library.selection()
    (text,) = asked
    assert text == ([Path(pack.path).name for pack in selection.packs], before)
    between = await shelf.library.revision()
    await shelf.library.add_archive(ADMIN, "pack", "", "", zip_of({"two.yml": rule_text(2).encode()}))
    assert [revision for _, revision in asked] == [before, between]


async def test_a_text_that_cannot_be_read_again_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Sequence[Path], *, ahead: bool) -> ReadRules:
        assert ahead
        raise UnavailableError("It took longer than 120 s and was stopped.")

    monkeypatch.setattr(shelf.bench, "read", fail)
    with pytest.raises(UnavailableError):
        await shelf.library.add_text(ADMIN, rule_text(1))
    assert list((shelf.folder / "packs").iterdir()) == []
    assert await titles(shelf) == []


async def lost(shelf: Shelf) -> list[bool]:
    """Of each pack that is chosen, whether its archive is away."""
    _, selection = await shelf.library.selection()
    there = {file.name for file in (shelf.folder / "packs").iterdir()}
    return [Path(pack.path).name not in there for pack in selection.packs]


@pytest.mark.parametrize("error", [asyncio.CancelledError(), StorageUnavailableError("The connection broke.")])
async def test_a_pack_that_may_have_been_recorded_keeps_its_archive(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write = shelf.db.write

    async def record_and_break(work: Callable[[Tx], object]) -> object:
        await write(work)
        raise error

    monkeypatch.setattr(shelf.db, "write", record_and_break)
    for add in (
        shelf.library.add_text(ADMIN, rule_text(1)),
        shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"two.yml": rule_text(2).encode()})),
    ):
        with pytest.raises(type(error)):
            await add
    assert await lost(shelf) == [False, False]


@pytest.mark.parametrize("error", [StorageFullError("The disk is full."), ConflictError("An id is used twice.")])
async def test_a_pack_that_was_not_recorded_leaves_no_archive(shelf: Shelf, error: NetSentinelError) -> None:
    shelf.db.failure = error
    for add in (
        shelf.library.add_text(ADMIN, rule_text(1)),
        shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"two.yml": rule_text(2).encode()})),
    ):
        with pytest.raises(type(error)):
            await add
    assert list((shelf.folder / "packs").iterdir()) == []


async def test_an_old_archive_that_stays_does_not_take_the_new_one_away(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"one.yml": rule_text(1).encode()}))
    (old,) = (shelf.folder / "packs").iterdir()
    drop = shelf.packs.drop

    def refuse(file: str) -> None:
        if file == old.name:
            raise PermissionError(13, "Permission denied")
        drop(file)

    monkeypatch.setattr(shelf.packs, "drop", refuse)
    with pytest.raises(PermissionError):
        await shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"two.yml": rule_text(2).encode()}))
    assert await lost(shelf) == [False]


async def test_a_text_is_added_for_the_tenant_alone(shelf: Shelf) -> None:
    report = await shelf.library.add_text(ADMIN, rule_text(1))
    assert (report.rules, report.pack.kind, report.pack.added_by) == ((rule_id(1),), "text", "NetSentinel")
    assert (await titles(shelf), await titles(shelf, OTHER)) == (["Rule 1"], [])
    _, selection = await shelf.library.selection()
    (pack,) = selection.packs
    assert pack.tenant == DEFAULT_TENANT
    assert Path(pack.path).name in {file.name for file in (shelf.folder / "packs").iterdir()}
    assert shelf.kinds() == ["rule.added"]


async def test_a_text_with_a_mistake_says_where_and_adds_nothing(shelf: Shelf) -> None:
    text = rule_text(1) + "---\n" + rule_text(2).replace("condition: s", "condition: nothing")
    with pytest.raises(RuleSyntaxError) as caught:
        await shelf.library.add_text(ADMIN, text)
    assert (caught.value.line, caught.value.column) == (26, 5)
    assert caught.value.extra["faults"][0]["line"] == 26
    assert (await titles(shelf), shelf.kinds()) == ([], [])
    with pytest.raises(RuleSyntaxError, match="no rule"):
        await shelf.library.add_text(ADMIN, "# nothing\n")


async def test_an_id_is_used_once_in_a_tenant(shelf: Shelf) -> None:
    await shelf.library.add_text(ADMIN, rule_text(1))
    with pytest.raises(ConflictError, match="already used in the pack Rule 1"):
        await shelf.library.add_text(ADMIN, rule_text(1, title="Again"))
    _, selection = await shelf.library.selection()
    assert len(list((shelf.folder / "packs").iterdir())) == len(selection.packs) == 1


async def test_an_archive_of_the_same_name_takes_the_place_of_the_old_one(shelf: Shelf) -> None:
    first = zip_of({"a.yml": rule_text(1).encode(), "LICENSE": b"# The MIT License\n\nText"})
    report = await shelf.library.add_archive(ADMIN, "mine", "from.zip", "", first)
    assert (report.pack.rules, report.pack.licence) == (1, "MIT License")
    second = zip_of({"a.yml": rule_text(1).encode(), "b.yml": rule_text(2).encode(), "c.yml": b"title: ["})
    again = await shelf.library.add_archive(ADMIN, "mine", "from.zip", "Ours", second)
    assert (again.pack.id, again.pack.rules, again.pack.failing) == (report.pack.id, 2, 1)
    assert [(one.path, one.line) for one in again.faults] == [("c.yml", 1)]
    assert len(list((shelf.folder / "packs").iterdir())) == 1
    await shelf.library.remove_pack(ADMIN, "mine")
    assert (await titles(shelf), list((shelf.folder / "packs").iterdir())) == ([], [])
    assert shelf.kinds() == ["rule.added", "rule.added", "rule.removed"]


async def test_an_id_that_is_used_twice_names_the_place_inside_of_the_pack(shelf: Shelf, tmp_path: Path) -> None:
    double = zip_of({"a/one.yml": rule_text(1).encode(), "b.yml": rule_text(1).encode()})
    report = await shelf.library.add_archive(ADMIN, "mine", "", "", double)
    assert [one.detail for one in report.faults] == [f"The id {rule_id(1)} is already used in a/one.yml."]
    root, more = shelf.installed(2), tmp_path / "more"
    for name in ("one", "two"):
        (more / name).mkdir(parents=True)
        (more / name / "rule.yml").write_text(rule_text(3 if name == "one" else 2), encoding="utf-8")
    (more / "three.yml").write_text(rule_text(3), encoding="utf-8")
    await shelf.library.open([Installed(root, "ours", PackKind.BUNDLED), Installed(more, "more", PackKind.CONFIGURED)])
    page = await shelf.service.page(OTHER, RuleFilter(), RuleOrder.TITLE, limit=10)
    assert sorted(one.error for one in page.items if one.state is RuleState.FAILING) == [
        f"The id {rule_id(2)} is already used in {root.name}/rule2/rule.yml.",
        f"The id {rule_id(3)} is already used in one/rule.yml.",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip", "no readable zip archive"),
        (zip_of({"readme.md": b"x"}), "holds no rules"),
        (zip_of({"a.yml": b"title: ["}), r"fails at a.yml:1:"),
    ],
)
async def test_an_archive_without_a_rule_is_refused_and_nothing_is_kept(
    shelf: Shelf, content: bytes, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        await shelf.library.add_archive(ADMIN, "bad", "", "", content)
    folder = shelf.folder / "packs"
    assert not folder.exists() or not list(folder.iterdir())


async def test_the_rules_of_one_tenant_have_so_much_text_and_no_more(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = zip_of({"a.yml": rule_text(1).encode() + b"# " + b"x" * 5_000, "readme.md": b"y" * 90_000})
    await shelf.library.add_archive(ADMIN, "mine", "", "", long)
    monkeypatch.setattr(library, "MOST_TEXT", 9_000)
    await shelf.library.add_archive(ADMIN, "mine", "", "", long)
    with pytest.raises(ConflictError, match="MiB of text together"):
        await shelf.library.add_archive(ADMIN, "more", "", "", long)
    with pytest.raises(ConflictError, match="MiB of text together"):
        await shelf.library.add_text(ADMIN, rule_text(2) + "# " + "x" * 5_000)
    assert len(list((shelf.folder / "packs").iterdir())) == 1
    await shelf.library.add_archive(replace(ADMIN, tenant=TenantId("another")), "mine", "", "", long)
    await shelf.library.remove_pack(ADMIN, "mine")
    await shelf.library.add_text(ADMIN, rule_text(2) + "# " + "x" * 5_000)


async def test_packs_that_are_added_at_once_have_no_more_text_together(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MOST_TEXT", 9_000)
    packs = [zip_of({"a.yml": rule_text(number).encode() + b"# " + b"x" * 5_000}) for number in (1, 2)]
    adding = (shelf.library.add_archive(ADMIN, f"p{number}", "", "", content) for number, content in enumerate(packs))
    _, refused = sorted(
        await asyncio.gather(*adding, return_exceptions=True), key=lambda one: isinstance(one, Exception)
    )
    assert isinstance(refused, ConflictError)
    assert "MiB of text together" in str(refused)
    assert len(list((shelf.folder / "packs").iterdir())) == 1


async def test_text_counts_of_each_own_pack_that_stays_and_can_be_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def archive(number: int) -> bytes:
        return zip_of({"a.yml": rule_text(number).encode() + b"# " + b"x" * 5_000})

    (shelf.folder / "installed.zip").write_bytes(archive(3))
    await shelf.library.open([Installed(shelf.folder / "installed.zip", "ours", PackKind.BUNDLED)])
    monkeypatch.setattr(library, "MOST_TEXT", 9_000)
    await shelf.library.add_text(ADMIN, rule_text(1, title="Mine") + "# " + "x" * 5_000)
    with pytest.raises(ConflictError, match="MiB of text together"):
        await shelf.library.add_archive(ADMIN, "Mine 1", "", "", archive(2))
    (kept,) = (shelf.folder / "packs").iterdir()
    kept.write_bytes(b"no archive any more")
    again = RuleLibrary(shelf.db, shelf.stores, shelf.bench, PackFolder(kept.parent), shelf.clock)
    await again.add_archive(ADMIN, "Mine 1", "", "", archive(2))


async def test_a_selection_that_conditions_repeat_counts_each_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_MOST_INSTRUCTIONS", 2_000)
    once = rule_text(1, word="x" * 100)
    await shelf.library.add_text(ADMIN, once)
    await shelf.library.remove_rule(ADMIN, rule_id(1))
    with pytest.raises(ConflictError, match="instructions together"):
        await shelf.library.add_text(ADMIN, once.replace("condition: s", "condition: " + " or ".join(["s"] * 200)))


async def test_a_tenant_has_so_many_rules_and_no_more_those_that_fail_included(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MOST_RULES", 3)
    failing = zip_of({"a.yml": rule_text(1).encode(), "b.yml": b"no rule"})
    await shelf.library.open([Installed(shelf.installed(5, 6), "ours", PackKind.BUNDLED)])
    await shelf.library.add_archive(ADMIN, "mine", "", "", failing)
    await shelf.library.add_archive(ADMIN, "mine", "", "", failing)
    await shelf.library.add_text(ADMIN, rule_text(2))
    with pytest.raises(ConflictError, match="have 4 rules of its own; it may have 3"):
        await shelf.library.add_text(ADMIN, rule_text(3))
    await shelf.library.add_text(replace(ADMIN, tenant=OTHER), rule_text(3))
    assert len(list((shelf.folder / "packs").iterdir())) == 3
    await shelf.library.remove_rule(ADMIN, rule_id(2))
    await shelf.library.add_text(ADMIN, rule_text(3))


async def test_the_expressions_of_one_tenants_rules_have_so_many_instructions_and_no_more(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = "title: Plain\nid: {}\nlogsource: {{category: x}}\ndetection:\n  a:\n    f|re: '{}'\n  condition: a\n"
    await shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"a.yml": plain.format(rule_id(1), "ab+c").encode()}))
    monkeypatch.setattr(library, "_MOST_INSTRUCTIONS", 5_000)
    again = zip_of({"a.yml": plain.format(rule_id(1), "ab+d").encode()})
    await shelf.library.add_archive(ADMIN, "mine", "", "", again)
    await shelf.library.add_text(ADMIN, plain.format(rule_id(2), "ab+e"))
    for pattern in ("ab+f", "x{1,500}"):
        with pytest.raises(ConflictError, match="instructions together"):
            await shelf.library.add_text(ADMIN, plain.format(rule_id(3), pattern))
    await shelf.library.add_text(replace(ADMIN, tenant=OTHER), plain.format(rule_id(3), "ab+f"))
    await shelf.library.add_text(ADMIN, rule_text(4))
    assert len(list((shelf.folder / "packs").iterdir())) == 4
    await shelf.library.remove_pack(ADMIN, "mine")
    await shelf.library.add_text(ADMIN, plain.format(rule_id(3), "ab+f"))


async def test_only_what_one_added_can_be_removed(shelf: Shelf) -> None:
    await shelf.library.open([Installed(shelf.installed(1), "ours", PackKind.BUNDLED)])
    await shelf.library.add_archive(ADMIN, "mine", "", "", zip_of({"a.yml": rule_text(2).encode()}))
    with pytest.raises(NotFoundError):
        await shelf.library.remove_pack(ADMIN, "ours")
    with pytest.raises(NotFoundError):
        await shelf.library.remove_pack(system_principal(OTHER), "mine")
    with pytest.raises(ConflictError, match="belongs to the pack mine"):
        await shelf.library.remove_rule(ADMIN, rule_id(2))
    with pytest.raises(NotFoundError):
        await shelf.library.remove_rule(ADMIN, "nothing")
    await shelf.library.add_text(ADMIN, rule_text(3))
    await shelf.library.remove_rule(ADMIN, rule_id(3))
    assert await titles(shelf) == ["Rule 1", "Rule 2"]


async def test_files_that_a_crash_left_are_removed_at_start(shelf: Shelf) -> None:
    await shelf.library.add_text(ADMIN, rule_text(1))
    (shelf.folder / "packs" / "pck_stray.zip").write_bytes(b"x")
    assert await shelf.library.open([]) == 1
    assert len(list((shelf.folder / "packs").iterdir())) == 1
