"""How common a password is."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.identity.common_passwords import WORDS, pieces_needed


@pytest.mark.parametrize(
    ("password", "pieces"),
    [
        ("password", 1),
        ("Passw0rd", 1),
        ("Pa55word2026!", 3),
        ("NetSentinel2026!", 3),
        ("qwertyuiopasdfgh", 2),
        ("QWERTZUIOPASDFGH", 2),
        ("azertyuiopqsdfgh", 2),
        ("1qaz2wsx3edc4rfv", 4),
        ("mnbvcxzlkjhgfdsa", 2),
        ("123456789012345", 2),
        ("abcdefghijklmno", 1),
        ("aaaaaaaaaaaaaaaa", 1),
        ("abababababababab", 1),
        ("adminadminadmin", 2),
        ("iloveyou iloveyou", 3),
        ("correct horse battery staple", 2),
        ("summerwinterdragonfootball", 4),
    ],
)
def test_known_patterns_are_few_pieces(password: str, pieces: int) -> None:
    assert pieces_needed(password) == pieces


@pytest.mark.parametrize("password", ["tractor vivid plum seventeen", "kX9#mQ2vTz!w4RbL", "mein Hund frisst Teppiche"])
def test_good_passwords_are_many_pieces(password: str) -> None:
    assert pieces_needed(password) > 8


def test_words_of_the_context_count_as_common() -> None:
    assert pieces_needed("grzegorzbrzeczyszczykiewicz") > 8
    assert pieces_needed("GrzegorzBrzeczyszczykiewicz", ("grzegorz", "brzeczyszczykiewicz")) == 2


@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=4))
def test_a_few_listed_words_are_at_most_so_many_pieces(words: list[str]) -> None:
    assert pieces_needed("".join(words)) <= len(words)


@given(st.text(min_size=1, max_size=64))
def test_it_is_never_more_than_the_characters_and_the_case_does_not_matter(text: str) -> None:
    assert 0 <= pieces_needed(text) <= len(text) * 18  # NFKC makes at most 18 characters of one
    assert pieces_needed(text.upper().lower()) == pieces_needed(text.upper().lower().swapcase())


@pytest.mark.untraced
def test_random_passwords_are_never_common() -> None:
    chance = random.Random(1)  # noqa: S311 - a repeatable sample, not a secret
    for alphabet in (string.ascii_lowercase, string.ascii_letters + string.digits):
        drawn = ("".join(chance.choices(alphabet, k=15)) for _ in range(500))
        assert min(map(pieces_needed, drawn)) > 6


def test_the_list_is_our_own_and_large_enough() -> None:
    assert len(WORDS) > 350
    assert "netsentinel" in WORDS
    assert all(word == word.lower() for word in WORDS)
