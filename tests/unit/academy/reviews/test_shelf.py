from netsentinel.academy.graph import Change, Concept, ConceptKind, Edge, EdgeKey, EdgeState, Relation
from netsentinel.academy.reviews.model import ReviewKind
from netsentinel.academy.reviews.shelf import Shelf


def concept(name: str, version: int = 1) -> Concept:
    kind = ConceptKind.CONCEPT
    return Concept(id=name, key=name, name=name, kind=kind, text="", names=(name,), origins=1, version=version)


def edge(source: str, target: str, rank: int = 1, state: EdgeState = EdgeState.LIVE) -> Edge:
    key = EdgeKey(source, Relation.REQUIRES, target)
    return Edge(key=key, state=state, rank=rank, weight=0.5, evidence=1, version=1)


def test_only_what_media_alone_say_and_nobody_denied_is_asked_for() -> None:
    edges = (edge("a", "b"), edge("a", "c", 2), edge("a", "d", 3), edge("a", "e", 1, EdgeState.DENIED), edge("f", "a"))
    wanted = Shelf().wanted(Change(version=1, edges=edges))
    assert wanted == [edges[0].key, edges[4].key]


def test_what_is_gone_waits_no_longer() -> None:
    shelf = Shelf()
    shelf.take(Change(version=1, concepts=(concept("access control"), concept("access controls"))), ())
    assert not shelf.look_up()
    (link,) = shelf.open_links().values()
    assert (link[0].kind, link[1]) == (ReviewKind.LINK, 1.0)
    assert shelf.found(link[0].id) == link[0]
    shelf.take(Change(version=2, gone_concepts=("access controls",)), ())
    assert shelf.open_links() == {}
    assert shelf.found(link[0].id) is None
