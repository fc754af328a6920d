from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.extraction.model import KnownConcept
from netsentinel.academy.extraction.names import Names, folded, is_telling, key_of


def test_spellings_of_a_name_are_one() -> None:
    assert key_of("Session IDs") == key_of("session-id") == key_of("SESSION ID") == "session id"


def test_the_longest_name_wins_and_names_do_not_overlap() -> None:
    names = Names(
        (
            KnownConcept("T1", ("Phishing",)),
            KnownConcept("T2", ("Phishing for Information", "recon phishing")),
            KnownConcept("T3", ("Information",)),
        )
    )
    spots = names.spots(folded("Phishing for information, then recon phishing of information."))
    assert [spot.key for spot in spots] == ["T2", "T2", "T3"]
    assert all(left.end <= right.begin for left, right in pairwise(spots))


def test_the_first_concept_keeps_a_name() -> None:
    names = Names((KnownConcept("a", ("Token",)), KnownConcept("b", ("token", "bearer token"))))
    assert (names.get("Tokens"), names.get("bearer tokens"), names.get("cookie")) == ("a", "b", "")


def test_common_words_alone_stand_for_no_concept() -> None:
    assert [is_telling(name) for name in ("water", "data", "At", "phishing", "web server", "of the")] == [
        False, False, False, True, True, False,
    ]  # fmt: skip


@given(st.lists(st.text(max_size=30), max_size=20), st.text(max_size=200))
def test_spots_are_in_the_text(names: list[str], text: str) -> None:
    known = Names(KnownConcept(str(number), (name,)) for number, name in enumerate(names))
    parts = folded(text)
    for spot in known.spots(parts):
        assert folded(names[int(spot.key)]) == parts[spot.begin : spot.end]
