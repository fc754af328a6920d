"""Origins are spelled and read alike."""

import pytest

from netsentinel.academy.graph import PEOPLE, Origin, OriginKind


@pytest.mark.parametrize(
    "origin", [PEOPLE, Origin(OriginKind.MEDIUM, "med_1:2"), Origin(OriginKind.REFERENCE, "attack")]
)
def test_an_origin_is_read_as_it_is_spelled(origin: Origin) -> None:
    assert Origin.parse(str(origin)) == origin


def test_an_unknown_kind_of_origin_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Origin.parse("nobody:1")


def test_people_are_firmer_than_references_and_these_than_media() -> None:
    ranks = [OriginKind.PEOPLE.rank, OriginKind.REFERENCE.rank, OriginKind.MEDIUM.rank]
    assert ranks == sorted(ranks, reverse=True)
