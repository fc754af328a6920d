"""Every tenant's graph knows ATT&CK, and keeps what somebody imported instead."""

import pytest

from netsentinel.academy.graph import ConceptKind, Graph
from netsentinel.academy.graph.attack import ATTACK, AttackReference, AttackRow, claims_from
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.testing import MemoryTx
from tests.unit.academy.graph.site import ANA, OTHER, T, memory_site

pytestmark = pytest.mark.anyio


async def names(graph: Graph, tenant: str = T) -> int:
    return len(await graph.known(tenant))  # type: ignore[arg-type] # a tenant's id


async def test_it_is_stated_once_and_for_the_tenant_of_each_user() -> None:
    site = memory_site(FakeClock())
    reference = AttackReference(site.ground.db, site.graph)
    await reference.ensure(T)
    assert (await names(site.graph), await names(site.graph, OTHER)) == (749, 0)
    version = (await site.graph.stats(T)).version
    await reference.ensure(T)
    assert (await site.graph.stats(T)).version == version
    reference.on_user(MemoryTx(), Entry(1, OTHER, "user.created", 1, "ana", "eve", {}, (), audited=True))
    assert await names(site.graph, OTHER) == 749


async def test_an_imported_table_stays() -> None:
    site = memory_site(FakeClock())
    row = AttackRow(id="T9", kind=ConceptKind.TECHNIQUE, name="New")
    await site.graph.state(ANA, ATTACK, claims_from([row]))
    await AttackReference(site.ground.db, site.graph).ensure(T)
    assert await names(site.graph) == 1
