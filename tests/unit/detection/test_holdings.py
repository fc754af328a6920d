from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.holdings import Holdings


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30)),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-3, 3)), max_size=400),
    st.integers(5, 40),
)
def test_the_largest_gives_up_first(start: dict[str, int], changes: list[tuple[str, int]], most: int) -> None:
    held = Counter(start)
    holdings = Holdings(held, most)

    def drop(tenant: str) -> bool:
        assert tenant == min(held, key=lambda one: (-held[one], one))
        held[tenant] -= 1
        holdings.change(tenant, -1)
        return True

    for tenant, by in changes:
        change = max(by, -held[tenant])
        held[tenant] += change
        holdings.change(tenant, change)
        holdings.relieve(drop)
        assert held.total() <= most


def test_who_cannot_give_up_anything_is_passed_over() -> None:
    holdings, asked = Holdings({"a": 9, "b": 2, "c": 1}, 10), list[str]()

    def drop(tenant: str) -> bool:
        asked.append(tenant)
        if tenant == "b":
            holdings.change(tenant, -2)
        return tenant == "b"

    holdings.relieve(drop)
    assert asked == ["a", "b"]
    holdings.change("c", 1)
    holdings.relieve(drop)
    assert asked == ["a", "b", "a", "c"], "nobody has anything to give up, and that is the end of it"
