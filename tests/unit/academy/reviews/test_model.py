from netsentinel.academy.graph import Relation
from netsentinel.academy.reviews.model import ReviewKind, Suggested


def test_the_id_of_a_suggestion_follows_from_what_is_suggested() -> None:
    one = Suggested(kind=ReviewKind.PREREQUISITE, source="cpt_a", target="cpt_b")
    assert one.id == Suggested(kind=ReviewKind.PREREQUISITE, source="cpt_a", target="cpt_b").id
    assert one.id.startswith("rev_")
    others = (
        Suggested(kind=ReviewKind.LINK, source="cpt_a", target="cpt_b"),
        Suggested(kind=ReviewKind.PREREQUISITE, source="cpt_b", target="cpt_a"),
    )
    assert len({one.id, *(other.id for other in others)}) == 3
    assert (one.edge.relation, others[0].edge.relation) == (Relation.REQUIRES, Relation.RELATED)
