"""What every store of connections does. There is one: a connection lives in the process that holds its socket."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from netsentinel.kernel.types import TenantId
from netsentinel.streamer import Connection, ConnectionStore, MemoryConnectionStore

STORES: dict[str, Callable[[], ConnectionStore]] = {"memory": MemoryConnectionStore}
ONE, TWO = TenantId("one"), TenantId("two")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> ConnectionStore:
    return STORES[request.param]()


def connection(name: str, tenant: TenantId = ONE, user: str = "usr_a", at: int = 1) -> Connection:
    return Connection(name, tenant, user, "Ada", "192.0.2.1", "test", at, at)


def test_what_is_saved_is_got(store: ConnectionStore) -> None:
    store.save(connection("c1"))
    assert store.get(ONE, "c1") == connection("c1")
    assert store.get(ONE, "c2") is None


def test_saving_again_replaces(store: ConnectionStore) -> None:
    store.save(connection("c1"))
    changed = replace(connection("c1"), client="other")
    store.save(changed)
    assert store.list_by_tenant(ONE) == [changed]


def test_another_tenant_sees_and_changes_nothing(store: ConnectionStore) -> None:
    store.save(connection("c1"))
    assert store.get(TWO, "c1") is None
    assert store.list_by_tenant(TWO) == []
    assert store.list_by_user(TWO, "usr_a") == []
    assert not store.update_last_ping(TWO, "c1", 9)
    assert not store.delete(TWO, "c1")
    assert store.get(ONE, "c1") == connection("c1")


def test_deleting_is_done_once(store: ConnectionStore) -> None:
    store.save(connection("c1"))
    assert store.delete(ONE, "c1")
    assert not store.delete(ONE, "c1")
    assert store.get(ONE, "c1") is None


def test_lists_are_oldest_first(store: ConnectionStore) -> None:
    store.save(connection("c2", at=2))
    store.save(connection("c3", user="usr_b", at=3))
    store.save(connection("c1", at=1))
    assert [found.id for found in store.list_by_tenant(ONE)] == ["c1", "c2", "c3"]
    assert [found.id for found in store.list_by_user(ONE, "usr_a")] == ["c1", "c2"]


def test_a_ping_moves_its_time_only(store: ConnectionStore) -> None:
    store.save(connection("c1"))
    assert store.update_last_ping(ONE, "c1", 9)
    assert store.get(ONE, "c1") == replace(connection("c1"), last_ping_at=9)
    assert not store.update_last_ping(ONE, "c2", 9)
