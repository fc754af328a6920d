from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.tables import Key, StalestFirst


class Count(msgspec.Struct, array_like=True):
    seen: int = 0


def filled(*keys: str, most: int = 2) -> StalestFirst[Count]:
    table = StalestFirst(Count, most)
    for key in keys:
        table.touch(("t", key)).seen += 1
    return table


def test_what_was_touched_longest_ago_goes_first() -> None:
    table = filled("a", "b", "a", "c")
    assert len(table) == 2
    assert table.look(("t", "b")) is None
    assert table.look(("t", "a")) == Count(2)


def test_the_tenant_that_holds_the_most_loses_first_and_is_told_of() -> None:
    gone: list[Key] = []
    table = StalestFirst(Count, 4, lambda key, _: gone.append(key))
    for key in (("quiet", "q"), ("noisy", 1), ("noisy", 2), ("noisy", 3), ("noisy", 1), ("noisy", 4), ("other", "o")):
        table.touch(key)
    assert gone == [("noisy", 2), ("noisy", 3)]
    assert table.look(("quiet", "q")) is not None


def test_a_new_tenant_finds_room_in_a_table_that_one_tenant_fills() -> None:
    table = filled(*map(str, range(50)), most=50)
    for number in range(25):
        table.touch(("new", number))
    assert sum(table.look(("new", number)) is not None for number in range(25)) == 25
    assert [table.look(("t", str(number))) is None for number in (0, 24, 25)] == [True, True, False]


def test_what_was_taken_out_is_not_counted() -> None:
    table = filled("a", "b", "c", most=2)
    table.pop(("t", "c"))
    for tenant in "uv":
        table.touch((tenant, "x"))
    assert [key for key, _ in table.items()] == [("u", "x"), ("v", "x")], "of equals, the first by name gives up"


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=200), st.integers(0, 200))
def test_it_is_fair_and_the_same_after_a_restart(steps: list[tuple[str, int]], cut: int) -> None:
    table, keys = StalestFirst(Count, 12), list[Key]()
    for at, step in enumerate(steps):
        if at == cut:
            before, table = table, StalestFirst(Count, 12)
            table.load(before.save())
        table.touch(step)
        _least_fair(keys, step, 12)
        assert [key for key, _ in table.items()] == keys


def _least_fair(keys: list[Key], touched: Key, most: int) -> None:
    """What the table must do, said plainly."""
    if touched in keys:
        keys.remove(touched)
    keys.append(touched)
    if len(keys) > most:
        held = Counter(key[0] for key in keys)
        loser = min(held, key=lambda tenant: (-held[tenant], tenant))
        keys.remove(next(key for key in keys if key[0] == loser))


def test_a_saved_table_goes_on_exactly() -> None:
    table, again = filled("a", "b", "a"), filled()
    again.load(table.save())
    for one in (table, again):
        one.touch(("t", "c")).seen += 1
    assert again.save() == table.save()
    assert again.look(("t", "b")) is None


def test_nothing_is_an_empty_table() -> None:
    table = filled("a")
    table.load(b"")
    assert len(table) == 0
