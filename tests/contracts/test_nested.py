"""Changes inside one transaction are kept or undone one by one, on every database."""

from collections.abc import Callable

import pytest

from netsentinel.kernel.errors import ConflictError, NotFoundError
from netsentinel.storage import Database, Journal, Tx
from netsentinel.storage.nested import savepoint
from netsentinel.storage.testing import happened
from tests.contracts.test_database import keys, put

pytestmark = pytest.mark.anyio


def told(name: str, *, fails: bool = False) -> Callable[[Tx], str]:
    def change(tx: Tx) -> str:
        put(name)(tx)
        tx.append(happened(name))
        if fails:
            raise NotFoundError("There is no such thing.")
        return name

    return change


async def test_what_fails_leaves_nothing_and_the_others_stay(database: Database, journal: Journal) -> None:
    def several(tx: Tx) -> list[str]:
        done = [savepoint(tx, told("first"))]
        with pytest.raises(NotFoundError):
            savepoint(tx, told("second", fails=True))
        return [*done, savepoint(tx, told("third"))]

    assert await database.write(several) == ["first", "third"]
    assert await database.read(keys) == ["first", "third"]
    assert [entry.payload["text"] for entry in await journal.read(0, 10)] == ["first", "third"]


async def test_a_savepoint_inside_of_a_savepoint(database: Database, journal: Journal) -> None:
    def outer(tx: Tx) -> None:
        def inner(nested: Tx) -> None:
            savepoint(nested, told("inner"))
            raise NotFoundError("Not after all.")

        savepoint(tx, told("before"))
        with pytest.raises(NotFoundError):
            savepoint(tx, inner)

    await database.write(outer)
    assert await database.read(keys) == ["before"]
    assert len(await journal.read(0, 10)) == 1


async def test_the_transaction_itself_can_still_fail_as_a_whole(database: Database, journal: Journal) -> None:
    def all_or_nothing(tx: Tx) -> None:
        savepoint(tx, told("kept"))
        raise ConflictError("Not after all.")

    with pytest.raises(ConflictError):
        await database.write(all_or_nothing)
    assert await database.read(keys) == []
    assert list(await journal.read(0, 10)) == []
