from pathlib import Path
from typing import Any

import msgspec
import pytest

from netsentinel.alerts.samples import sample_of
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.alerts.triage import NearbyEvents, Surroundings
from netsentinel.events.lake import EventFilter, FoundEvents
from netsentinel.events.lake.model import EventKey, Spool
from netsentinel.events.lake.spool import stored
from netsentinel.events.model import Event, Logsource
from netsentinel.events.testing import MemoryEventStore
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert, finding

pytestmark = pytest.mark.anyio


class Scene:
    """An alert, and a lake around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = MemoryDatabase()
        self.alerts = MemoryAlerts()
        self.evidence = MemoryEvidence()
        self.lake = MemoryEventStore(self.db, FakeClock(NOON))
        self.nearby = Surroundings(self.db, self.alerts, self.evidence, self.lake)

    def alert(self, *raws: bytes, **changes: Any) -> None:
        self.alerts.save(MemoryTx(), alert(1, last_at=NOON, **changes))
        for slot, raw in enumerate(raws):
            self.evidence.keep_sample(MemoryTx(), DEFAULT_TENANT, "alr_0001", slot, sample_of(finding(raw=raw)))

    async def keep(self, *events: tuple[int, dict[str, Any]]) -> None:
        lines = b""
        for number, (offset, changes) in enumerate(events):
            raw = changes.pop("raw", b'{"n":%d}' % number)
            tenant = changes.pop("tenant", DEFAULT_TENANT)
            event = Event(
                tenant=tenant,
                source="eve",
                format="json",
                time=NOON + offset,
                logsource=Logsource(),
                native={},
                raw=raw,
                **changes,
            )
            lines += msgspec.json.encode(stored(event, 1, number, NOON)) + b"\n"
        path = self.folder / "spool"
        path.write_bytes(lines)
        await self.lake.append(Spool(str(path), len(events), 1_000, 1_000), lambda _: None)

    async def of(self, **asked: Any) -> NearbyEvents:
        return await self.nearby.of(DEFAULT_TENANT, "alr_0001", **{"around": MINUTE, "limit": 10, **asked})


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def offsets(found: NearbyEvents) -> list[int]:
    return [(item.event.time - NOON) // SECOND for item in found.items]


class CutLake(MemoryEventStore):
    """A lake in which two events are as much as an answer may weigh."""

    async def search(
        self, tenant: TenantId, where: EventFilter, limit: int, after: EventKey | None = None
    ) -> FoundEvents:
        found = await super().search(tenant, where, limit, after)
        return FoundEvents(found.events[:2], is_cut=len(found.events) > 2)


async def test_what_weighs_too_much_for_one_answer_is_said_to_be_missing(scene: Scene) -> None:
    scene.lake = CutLake(scene.db, FakeClock(NOON))
    scene.nearby = Surroundings(scene.db, scene.alerts, scene.evidence, scene.lake)
    scene.alert(entity="10.0.0.1")
    times = (-9, -8, -7, -6, 1, 2)
    older = (-20 * SECOND, {"dst_ip": "10.0.0.1"})
    await scene.keep(*((second * SECOND, {"src_ip": "10.0.0.1"}) for second in times), older)
    found = await scene.of()
    assert offsets(found) == [-7, -6, 1, 2]
    assert (found.truncated, found.since) == (True, NOON - 7 * SECOND)


async def test_both_directions_of_an_address_oldest_first_and_nothing_else(scene: Scene) -> None:
    scene.alert(entity="10.0.0.1")
    await scene.keep(
        (5 * SECOND, {"src_ip": "10.0.0.1"}),
        (-5 * SECOND, {"dst_ip": "10.0.0.1"}),
        (0, {"src_ip": "10.0.0.1", "dst_ip": "10.0.0.1"}),
        (1 * SECOND, {"src_ip": "10.0.0.2"}),
        (61 * SECOND, {"src_ip": "10.0.0.1"}),
        (-61 * SECOND, {"src_ip": "10.0.0.1"}),
        (2 * SECOND, {"src_ip": "10.0.0.1", "tenant": TenantId("other")}),
    )
    found = await scene.of()
    assert offsets(found) == [-5, 0, 5]
    assert (found.since, found.until, found.truncated) == (NOON - MINUTE, NOON + MINUTE, False)
    assert offsets(await scene.of(at=NOON + 62 * SECOND)) == [5, 61]


@pytest.mark.parametrize(("kind", "column"), [("user", "user"), ("host", "device")])
async def test_users_and_hosts_stand_in_their_own_columns(scene: Scene, kind: str, column: str) -> None:
    scene.alert(entity="x", entity_kind=kind)
    await scene.keep((0, {column: "x"}), (1, {"src_ip": "x"}))
    assert offsets(await scene.of()) == [0]


async def test_around_a_user_stands_what_the_machine_did(scene: Scene) -> None:
    scene.alert(entity="ann", entity_kind="user", device="PC04")
    here, there = {"device": "PC04"}, {"device": "PC05"}
    await scene.keep(
        (-2 * SECOND, here), (-SECOND, {"user": "ann", **here}), (0, {"user": "ann", **there}), (SECOND, there)
    )
    assert offsets(await scene.of()) == [-2, -1, 0]


async def test_the_alerts_own_evidence_is_marked(scene: Scene) -> None:
    raw = b'{"event_type": "http",  "n": 1}'
    scene.alert(raw, entity="10.0.0.1")
    await scene.keep((0, {"src_ip": "10.0.0.1", "raw": raw}), (1, {"src_ip": "10.0.0.1", "raw": b'{"n":1}'}))
    assert [item.evidence for item in (await scene.of()).items] == [True, False]


async def test_of_too_many_the_nearest_are_given(scene: Scene) -> None:
    scene.alert(entity="10.0.0.1")
    await scene.keep(*((offset * SECOND, {"src_ip": "10.0.0.1"}) for offset in range(-50, 51)))
    found = await scene.of(limit=10)
    assert offsets(found)[:5] == [-4, -3, -2, -1, 0]
    assert len(found.items) <= 10
    after = offsets(found)[5:]
    assert after == list(range(1, len(after) + 1))
    assert found.truncated
    assert found.since == NOON - 4 * SECOND
    assert found.until > NOON + after[-1] * SECOND


async def test_very_many_at_once_are_cut_and_it_says_so(scene: Scene) -> None:
    scene.alert(entity="10.0.0.1")
    await scene.keep(*((1, {"src_ip": "10.0.0.1"}) for _ in range(40)))
    found = await scene.of(limit=10)
    assert len(found.items) == 5
    assert (found.truncated, found.until) == (True, NOON + 1)


@pytest.mark.parametrize("apart", [1, 50, 50_000])
async def test_of_many_within_a_second_every_one_until_the_end_is_given(scene: Scene, apart: int) -> None:
    scene.alert(entity="10.0.0.1")
    await scene.keep(*((apart * n, {"src_ip": "10.0.0.1"}) for n in range(1, 20)))
    found = await scene.of(limit=10)
    times = [item.event.time - NOON for item in found.items]
    assert 0 < len(times) <= 5
    assert times == [apart * n for n in range(1, 20) if NOON + apart * n < found.until]


async def test_an_alert_of_another_tenant_has_no_surroundings(scene: Scene) -> None:
    scene.alert(entity="10.0.0.1", tenant=TenantId("other"))
    with pytest.raises(NotFoundError):
        await scene.of()


async def test_a_user_is_looked_for_by_the_names_that_events_have(scene: Scene) -> None:
    scene.alert(entity="shire\\ann", entity_kind="user", user="SHIRE\\ann", device="PC04")
    sample = sample_of(finding(user="ann", device="PC04"))
    scene.evidence.keep_sample(MemoryTx(), DEFAULT_TENANT, "alr_0001", 0, sample)
    elsewhere = {"device": "PC05"}
    await scene.keep(
        *(
            (at * SECOND, {"user": user, **elsewhere})
            for at, user in enumerate(("SHIRE\\ann", "ann", "bob", "shire\\ann"))
        )
    )
    assert offsets(await scene.of()) == [0, 1, 3]


async def test_a_host_is_looked_for_by_the_names_that_events_have(scene: Scene) -> None:
    scene.alert(entity="pc04", entity_kind="host", user="PC04$", device="PC04.shire.local")
    events = (
        {"device": "PC04.shire.local"},
        {"device": "pc05"},
        {"user": "PC04$", "device": "DC01"},
        {"device": "pc04"},
    )
    await scene.keep(*((at * SECOND, dict(one)) for at, one in enumerate(events)))
    assert offsets(await scene.of()) == [0, 2, 3]


async def test_a_host_that_no_event_names_is_its_source(scene: Scene) -> None:
    scene.alert(entity="eve", entity_kind="host", user="", device="")
    await scene.keep((1 * SECOND, {}), (2 * SECOND, {"device": "other"}))
    assert offsets(await scene.of()) == [1, 2]


async def test_around_a_host_that_another_machine_told_of_stands_what_that_one_did(scene: Scene) -> None:
    scene.alert(entity="pc04", entity_kind="host", user="PC04$", device="DC01")
    await scene.keep((0, {"device": "DC01"}), (SECOND, {"device": "DC02"}))
    assert offsets(await scene.of()) == [0]
