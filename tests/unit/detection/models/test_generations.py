import msgspec

from netsentinel.detection.models.generations import Generations


class Count(msgspec.Struct, array_like=True):
    seen: int = 0


def test_what_is_touched_stays_and_what_is_not_goes() -> None:
    table = Generations(Count, 10)
    for number in range(100):
        table.get(("kept",)).seen += 1
        table.get(("passing", number)).seen += 1
        assert len(table) <= 30
    assert table.get(("kept",)).seen == 100
    assert table.get(("passing", 99)).seen == 1
    assert table.get(("passing", 0)).seen == 0


def test_a_value_is_swapped() -> None:
    table = Generations(int, 2)
    assert table.swap(("a", 1), 5, -1) == -1
    assert table.swap(("a", 1), 6, -1) == 5
    for name in "bc":
        table.swap((name, 1), 1, -1)
    assert table.swap(("a", 1), 7, -1) == 6, "from the old generation"


def test_several_are_asked_for_at_once_unless_a_generation_ends_among_them() -> None:
    table, other = Generations(Count, 4), Generations(Count, 4)
    for name in "abcde":
        table.get((name,)).seen += 1
        other.get((name,)).seen += 1
    keys = [("e",), ("a",), ("x",)]
    found = table.several(keys)
    assert found is not None
    assert [one.seen for one in found] == [1, 1, 0]
    assert found == [other.get(key) for key in keys]
    assert table.several([("e",), ("y",), ("z",)]) is None
    assert table.save() == other.save()


def test_a_restored_table_goes_on_exactly() -> None:
    table, other = Generations(Count, 5), Generations(Count, 5)
    for number in range(8):
        table.get(("k", number)).seen += number
    other.load(table.save())
    for number in (0, 7, 9, 3, 11):
        table.get(("k", number)).seen += 1
        other.get(("k", number)).seen += 1
    assert other.save() == table.save()
    other.load(b"")
    assert len(other) == 0


def test_a_noisy_tenant_makes_no_other_forget() -> None:
    table = Generations(Count, 10)
    for number in range(4):
        table.get(("quiet", number)).seen += 1
    for number in range(500):
        table.get(("noisy", number)).seen += 1
        assert len(table) <= 30
    assert [table.get(("quiet", number)).seen for number in range(4)] == [1, 1, 1, 1]
    assert table.get(("noisy", 450)).seen == 0
