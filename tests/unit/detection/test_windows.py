from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.kernel.clock import SECOND

SPAN = 60 * SECOND
KEY = ("t", "s", "10.0.0.1")


def windows(**bounds: int) -> SlidingWindows:
    return SlidingWindows(SPAN, Bounds(**bounds))


def test_it_counts_different_entries_within_the_span() -> None:
    table = windows()
    for second, entry in ((0, "a"), (10, "b"), (20, "a"), (30, "c")):
        table.add(KEY, entry, second * SECOND)
    assert table.count(KEY) == 3
    table.add(KEY, "d", 75 * SECOND)
    assert table.count(KEY) == 3, "a was seen again at 20 s and has not left, b has"


def test_a_latecomer_within_the_span_counts_and_an_older_one_does_not() -> None:
    table = windows()
    table.add(KEY, "a", 1_000 * SECOND)
    table.add(KEY, "b", 950 * SECOND)
    table.add(KEY, "c", 900 * SECOND)
    assert table.count(KEY) == 2
    table.add(KEY, "d", 1_015 * SECOND)
    assert table.count(KEY) == 2, "the latecomer has left although it arrived later than the first"


def test_a_clock_that_has_gone_back_starts_a_new_window() -> None:
    table = windows()
    table.add(KEY, "a", 100_000 * SECOND)
    assert table.tell(KEY, 100_000 * SECOND)
    table.add(KEY, "b", 10 * SECOND)
    assert table.count(KEY) == 1
    assert table.tell(KEY, 10 * SECOND)


def test_a_key_is_told_once_per_span() -> None:
    table = windows()
    table.add(KEY, "a", 0)
    assert [table.tell(KEY, second * SECOND) for second in (0, 1, 59, 60, 61)] == [True, False, False, True, False]


def test_count_at_looks_back_from_a_time() -> None:
    table = windows()
    for second in (0, 30, 50):
        table.add(KEY, str(second), second * SECOND)
    assert [table.count_at(KEY, second * SECOND) for second in (40, 55, 70, 200)] == [2, 3, 2, 0]
    assert table.count_at(("nobody",), 0) == 0
    assert table.count(("nobody",)) == 0


def test_the_stalest_keys_go_first() -> None:
    table = windows(keys=3)
    for number in range(3):
        table.add(("t", str(number)), "x", number)
    table.add(("t", "0"), "y", 5)
    table.add(("t", "3"), "x", 6)
    assert [table.count(("t", str(number))) for number in range(4)] == [2, 0, 1, 1]


def test_the_tenant_with_the_most_keys_loses_its_stalest() -> None:
    table = windows(keys=4)
    table.add(("quiet", "q"), "x", 0)
    for number in range(9):
        table.add(("noisy", str(number)), "x", number)
    assert table.count(("quiet", "q")) == 1
    assert [number for number in range(9) if table.count(("noisy", str(number)))] == [6, 7, 8]


def test_the_tenant_with_the_most_entries_loses_its_stalest() -> None:
    table = windows(keys=100, entries=10)
    for number in range(3):
        table.add(("quiet", str(number)), "x", number)
    for number in range(12):
        table.add(("noisy", str(number // 4)), str(number), number)
    assert [table.count(("quiet", str(number))) for number in range(3)] == [1, 1, 1]
    assert [table.count(("noisy", str(number))) for number in range(3)] == [0, 0, 4]


def test_a_key_that_is_being_touched_stays_and_the_next_tenant_loses() -> None:
    table = windows(keys=100, entries=6)
    for number in range(3):
        table.add(("quiet", str(number)), "x", number)
    for number in range(5):
        table.add(("noisy", "only"), str(number), number)
    assert table.count(("noisy", "only")) == 5
    assert [table.count(("quiet", str(number))) for number in range(3)] == [0, 0, 1]


TENANTS = st.sampled_from("abcd")


@given(st.lists(st.tuples(TENANTS, st.integers(0, 20), st.integers(0, 30), st.integers(0, 20)), max_size=300))
def test_who_holds_less_than_a_fair_share_loses_nothing_to_others(steps: list[tuple[str, int, int, int]]) -> None:
    table, alone = windows(keys=12, entries=40), {tenant: windows() for tenant in "abcd"}
    most_keys, most_entries = dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0)
    for tenant, key, entry, second in steps:
        for one in (table, alone[tenant]):
            one.add((tenant, str(key)), str(entry), second * SECOND)
        most_keys[tenant] = max(most_keys[tenant], len(alone[tenant]))
        most_entries[tenant] = max(most_entries[tenant], alone[tenant].entries)
    for tenant, own in alone.items():
        if most_keys[tenant] <= 12 // 4 and most_entries[tenant] <= 40 // 4 - 1:
            for key in range(21):
                assert table.count((tenant, str(key))) == own.count((tenant, str(key)))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 50), st.integers(0, 300)), max_size=200))
def test_it_never_holds_more_than_its_bounds(steps: list[tuple[str, int, int]]) -> None:
    table = windows(keys=4, entries=20, entries_per_key=8)
    for key, entry, second in steps:
        table.add((key,), str(entry), second * SECOND)
        assert len(table) <= 4
        assert table.entries <= 20
        assert table.count((key,)) <= 8
    assert sum(table.count((key,)) for key in "abcdef") == table.entries


@given(
    st.lists(
        st.tuples(st.sampled_from(["aa", "ab", "ba", "bb", "ca"]), st.integers(0, 9), st.integers(0, 300)), max_size=80
    ),
    st.integers(0, 80),
)
def test_a_restored_table_goes_on_exactly(steps: list[tuple[str, int, int]], cut: int) -> None:
    straight, first = windows(keys=3, entries=6), windows(keys=3, entries=6)
    told = [_step(straight, step) for step in steps]
    again = [_step(first, step) for step in steps[:cut]]
    second = windows(keys=3, entries=6)
    second.load(first.save())
    again += [_step(second, step) for step in steps[cut:]]
    assert again == told
    assert second.save() == straight.save()


def _step(table: SlidingWindows, step: tuple[str, int, int]) -> tuple[int, int, bool]:
    key, entry, second = (step[0][0], step[0][1]), str(step[1]), step[2] * SECOND
    upper = table.add(key, entry, second)
    return upper, table.count(key), table.tell(key, second)


def test_empty_bytes_are_an_empty_table() -> None:
    table = windows()
    table.add(KEY, "a", 0)
    table.load(b"")
    assert (len(table), table.entries) == (0, 0)
