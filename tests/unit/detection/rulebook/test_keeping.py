from pathlib import Path

import pytest

from netsentinel.detection.rulebook import RuleFilter, RuleKeeping, RuleOrder
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.detection.testing import LocalPool
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from tests.contracts.test_detection_pools import batch
from tests.unit.detection.rulebook.shelf import Shelf, rule_id, rule_text

pytestmark = pytest.mark.anyio

SSH = rule_text(1).replace("service: http", "service: ssh").replace("uri|contains: x", "auth_success: false")


async def test_the_process_follows_what_is_chosen(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    async with LocalPool() as pool:
        keeping = RuleKeeping(shelf.db, shelf.library, pool, shelf.stores.hits, await shelf.library.revision())
        assert not await keeping.follow()
        await shelf.library.add_text(system_principal(), SSH)
        assert await keeping.follow()
        assert not await keeping.follow()
        (result,) = await pool.analyze([batch(1, 0, 2)])
        assert [one.rule_id for one in result.findings] == [rule_id(1)] * 2


async def test_an_archive_that_is_lost_is_told_and_works_again_when_it_is_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    await shelf.library.add_archive(system_principal(), "own", "", "", zip_of({"rule.yml": SSH.encode()}))
    (file,) = shelf.packs.path("").iterdir()
    kept = file.read_bytes()
    file.unlink()
    async with LocalPool() as pool:
        keeping = RuleKeeping(shelf.db, shelf.library, pool, shelf.stores.hits)
        await keeping.follow()
        assert (await pool.analyze([batch(1, 0, 2)]))[0].findings == ()
        (told,) = shelf.library.troubles
        assert told.startswith("1 added pack of rules is not in force")
        assert not await keeping.mend()
        file.write_bytes(kept)
        assert await keeping.mend()
        assert shelf.library.troubles == ()
        assert len((await pool.analyze([batch(2, 10, 2)]))[0].findings) == 2


async def test_costs_are_taken_down(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    await shelf.library.add_text(system_principal(), SSH)
    async with LocalPool() as pool:
        keeping = RuleKeeping(shelf.db, shelf.library, pool, shelf.stores.hits)
        await keeping.follow()
        await pool.analyze([batch(number, number, 1) for number in range(64)])
        await keeping.weigh()
    (rule,) = (await shelf.service.page(DEFAULT_TENANT, RuleFilter(), RuleOrder.COST, limit=9)).items
    assert (rule.cost.events, rule.cost.evaluations) == (2, 2)
    assert rule.cost.ns_per_event > 0


async def test_what_could_not_be_told_is_told_again(tmp_path: Path) -> None:
    shelf, pool = Shelf(tmp_path), LocalPool()
    keeping = RuleKeeping(shelf.db, shelf.library, pool, shelf.stores.hits)
    await shelf.library.add_text(system_principal(), SSH)
    with pytest.raises(UnavailableError):
        await keeping.follow()
    async with pool:
        assert await keeping.follow()
