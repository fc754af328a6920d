"""Which spellings of a name are the same, and that ids are the same for ever."""

import unicodedata
from types import SimpleNamespace

import pytest

from netsentinel.academy.graph.keys import MAX_KEY, id_of, key_of


@pytest.mark.parametrize(
    "name", ["TCP Handshake", " tcp-handshake ", "TCP_handshake.", "tcp  \u2013handshake", "(TCP handshake)"]
)
def test_spellings_of_one_name_share_a_key(name: str) -> None:
    assert key_of(name) == "tcp handshake"


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C", "C#"), ("T1059", "T1059.001"), ("TCP", "UDP")])
def test_different_names_do_not(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_a_key_is_no_longer_than_it_may_be_and_keeps_its_form() -> None:
    key = key_of("word " * 100)
    assert len(key) <= MAX_KEY
    assert key_of(key) == key


def test_of_a_long_name_only_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def normalize(form: str, text: str) -> str:
        looked_at.append(len(text))
        return unicodedata.normalize(form, text)

    monkeypatch.setattr("netsentinel.academy.graph.keys.unicodedata", SimpleNamespace(normalize=normalize))
    marks = "a" + "\u0301\u0323" * 1_000_000
    assert len(key_of(marks)) <= MAX_KEY
    assert key_of(" " * 1_000_000 + "TCP-Handshake") == "tcp handshake"
    assert max(looked_at) <= 2 * MAX_KEY


def test_an_id_never_changes() -> None:
    assert id_of("tcp handshake") == "cpt_ozwuhxtioru5gbod"
