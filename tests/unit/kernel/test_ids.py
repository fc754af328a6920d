from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.ids import new_id


def test_ids_name_their_kind_and_differ() -> None:
    made = {new_id("alr") for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(item.startswith("alr_") and len(item) == 30 for item in made)


@given(st.integers(0, 2**47), st.integers(1, 10**6))
def test_ids_sort_by_time(millis: int, later: int) -> None:
    assert new_id("x", millis * 1_000) < new_id("x", (millis + later) * 1_000)


def test_the_bits_are_those_of_a_version_7_uuid() -> None:
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    value = 0
    for character in new_id("x", 1_780_000_000_000_000)[2:]:
        value = value * 32 + alphabet.index(character)
    assert value >> 80 == 1_780_000_000_000
    assert (value >> 76) & 0xF == 7
    assert (value >> 62) & 0b11 == 0b10
