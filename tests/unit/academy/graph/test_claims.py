"""What an origin may state, and how much of it."""

import pytest

from netsentinel.academy.graph import PEOPLE, Claims, ConceptClaim, ConceptStatement, EdgeClaim, Statements, id_of
from netsentinel.academy.graph.claims import MAX_NAME, MAX_TEXT, check_room, checked, difference
from netsentinel.academy.graph.errors import InvalidClaimError


def statements(*names: str) -> Statements:
    return Statements(
        tuple(
            ConceptStatement(origin=PEOPLE, concept_id=id_of(name), claim=ConceptClaim(name=name, key=name))
            for name in names
        )
    )


def test_claims_get_keys_and_the_surest_of_two_counts() -> None:
    said = checked(
        Claims(
            (ConceptClaim(name=" TCP  Handshake", weight=0.2), ConceptClaim(name="tcp-handshake", text="x" * 9_999)),
            (EdgeClaim(source="TCP", target="IP", weight=0.1), EdgeClaim(source="tcp", target="ip", weight=0.4)),
        )
    )
    assert [(one.name, one.key, len(one.text)) for one in said.concepts] == [
        ("tcp-handshake", "tcp handshake", MAX_TEXT)
    ]
    assert [(one.source, one.target, one.weight) for one in said.edges] == [("tcp", "ip", 0.4)]


@pytest.mark.parametrize(
    "said",
    [
        Claims((ConceptClaim(name=" "),)),
        Claims((ConceptClaim(name="x" * (MAX_NAME + 1)),)),
        Claims((ConceptClaim(name="a", weight=0.0),)),
        Claims((), (EdgeClaim(source="a", target="..."),)),
        Claims((), (EdgeClaim(source="A", target="a"),)),
        Claims((), (EdgeClaim(source="a", target="b", weight=1.1),)),
    ],
)
def test_what_cannot_be_is_refused(said: Claims) -> None:
    with pytest.raises(InvalidClaimError):
        checked(said)


def test_more_claims_than_an_origin_may_state_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.claims.MOST_CLAIMS", 2)
    with pytest.raises(InvalidClaimError, match="at most 2 things"):
        checked(Claims((ConceptClaim(name="a"),), (EdgeClaim(source="a", target="b"),) * 2))


def test_what_is_not_stated_again_is_dropped_only_when_all_is_replaced() -> None:
    old, wanted = statements("a", "b"), statements("b", "c")
    put, dropped = difference(old, wanted, replaces=True)
    assert (put, dropped) == (statements("c"), statements("a"))
    assert difference(old, wanted, replaces=False) == (statements("c"), Statements())


def test_who_states_one_thing_after_another_runs_out_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.claims.MOST_BY_HAND", 2)
    check_room(statements("a"), statements("b"))
    check_room(statements("a", "b", "c"), statements("c"))
    with pytest.raises(InvalidClaimError, match="At most 2 concepts and edges"):
        check_room(statements("a", "b"), statements("c"))
