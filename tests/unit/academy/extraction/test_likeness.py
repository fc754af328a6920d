import pytest

from netsentinel.academy.extraction.likeness import Proposal, likeness, proposals


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Access Control", "access controls", 1.0, 1.0),
        ("WAF", "Web Application Firewall", 0.9, 0.9),
        ("SQL injection", "SQL Injections", 1.0, 1.0),
        ("port knocking", "port scanning", 0.0, 0.69),
        ("nonce", "replay attack", 0.0, 0.2),
        ("the", "of", 0.0, 0.0),
    ],
)
def test_names_are_alike_by_their_words_and_initials(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)


def test_each_pair_is_proposed_once_and_only_for_what_is_asked_about() -> None:
    names = {"a": ["access control"], "b": ["access controls"], "c": ["nonce"], "w": ["WAF"], "x": ["web app firewall"]}
    assert proposals(names, ["a", "b", "c"]) == [Proposal("a", "b", 1.0)]
    assert proposals(names, ["w"]) == [Proposal("w", "x", 0.9)]
    assert proposals(names, []) == []
