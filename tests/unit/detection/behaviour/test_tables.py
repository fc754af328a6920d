import msgspec

from netsentinel.detection.behaviour.tables import StalestFirst


class Count(msgspec.Struct, array_like=True):
    seen: int = 0


def filled(*keys: str, most: int = 2) -> StalestFirst[Count]:
    table = StalestFirst(Count, most)
    for key in keys:
        table.touch((key,)).seen += 1
    return table


def test_what_was_touched_longest_ago_goes_first() -> None:
    table = filled("a", "b", "a", "c")
    assert len(table) == 2
    assert table.look(("b",)) is None
    assert table.look(("a",)) == Count(2)


def test_a_saved_table_goes_on_exactly() -> None:
    table, again = filled("a", "b", "a"), filled()
    again.load(table.save())
    for one in (table, again):
        one.touch(("c",)).seen += 1
    assert again.save() == table.save()
    assert again.look(("b",)) is None


def test_nothing_is_an_empty_table() -> None:
    table = filled("a")
    table.load(b"")
    assert len(table) == 0
