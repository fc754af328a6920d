from netsentinel.academy.graph import Concept, ConceptKind, Edge, EdgeKey, EdgeState, Relation, Subgraph
from netsentinel.academy.practice.siblings import distractors


def concept(name: str, *names: str, kind: ConceptKind = ConceptKind.CONCEPT) -> Concept:
    known = tuple(sorted((name, *names)))
    return Concept(id=name, key=name, name=name, kind=kind, text="", names=known, origins=1, version=1)


def edge(source: str, target: str, relation: Relation = Relation.REQUIRES) -> Edge:
    key = EdgeKey(source, relation, target)
    return Edge(key=key, state=EdgeState.LIVE, rank=1, weight=1.0, evidence=1, version=1)


SCAN = concept("port scan", "port sweep")
MEDIUM = concept("handbook", kind=ConceptKind.MEDIUM)


def around(*others: Concept, edges: tuple[Edge, ...] = ()) -> Subgraph:
    return Subgraph((SCAN, *others), edges)


def test_those_with_the_same_prerequisite_come_before_those_of_the_same_medium() -> None:
    others = [concept(name) for name in ("beacon", "tunnel", "proxy", "tcp")]
    edges = (
        *(edge(name, "tcp") for name in ("port scan", "proxy")),
        *(edge("handbook", name, Relation.MENTIONS) for name in ("port scan", "tunnel")),
    )
    found = distractors(SCAN, around(*others, MEDIUM, edges=edges), "", 3, seed=1)
    assert (found[:2], len(found)) == (["proxy", "tunnel"], 3)
    assert "handbook" not in distractors(SCAN, around(*others, MEDIUM, edges=edges), "", 9, seed=1)


def test_nothing_that_may_be_right_is_a_choice() -> None:
    others = [
        concept("port scanning"),
        concept("tcp port scan"),
        concept("reconnaissance probe", "Port-Sweep"),
        concept("discovery"),
        concept("banner"),
        concept("beacon"),
    ]
    edges = (edge("port scan", "discovery", Relation.PART_OF), edge("banner", "port scan", Relation.RELATED))
    assert distractors(SCAN, around(*others, edges=edges), "", 9, seed=0) == ["beacon"]


def test_what_stands_in_the_text_is_no_choice() -> None:
    others = [concept("beacon", "heartbeat"), concept("tunnel")]
    assert distractors(SCAN, around(*others), "It is no heartbeat.", 3, seed=0) == ["tunnel"]


def test_the_seed_draws_the_same_of_equally_close_ones() -> None:
    words = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india")
    part = around(*[concept(word) for word in words])
    turned = Subgraph(part.concepts[::-1], part.edges)
    assert distractors(SCAN, part, "", 3, seed=7) == distractors(SCAN, turned, "", 3, seed=7)
    assert len({tuple(distractors(SCAN, part, "", 3, seed=seed)) for seed in range(8)}) > 1
