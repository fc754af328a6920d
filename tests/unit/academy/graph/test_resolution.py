"""Which concept a key stands for after people decided, and after they took that back."""

from netsentinel.academy.graph import PEOPLE, Operation, OperationKind, Origin, OriginKind, id_of
from netsentinel.academy.graph.resolution import Resolution, touched_by

MEDIUM = Origin(OriginKind.MEDIUM, "m1")
OTHER = Origin(OriginKind.MEDIUM, "m2")
A, B, C = id_of("a"), id_of("b"), id_of("c")


def operation(number: int, kind: OperationKind, concept: str, **more: object) -> Operation:
    return Operation(number=number, kind=kind, concept=concept, by="ana", at=1, **more)  # type: ignore[arg-type]


MERGE = operation(1, OperationKind.MERGE, A, other=B)


def test_a_key_stands_for_its_own_concept_unless_somebody_decided() -> None:
    assert Resolution([]).concept_of("a", MEDIUM) == A


def test_merges_are_followed_to_the_end_and_undone_alone() -> None:
    second = operation(2, OperationKind.MERGE, B, other=C)
    assert Resolution([MERGE, second]).concept_of("a", MEDIUM) == C
    undone = operation(2, OperationKind.MERGE, B, other=C, undone_by="ana", undone_at=2)
    assert Resolution([MERGE, undone]).concept_of("a", MEDIUM) == B
    assert Resolution([undone]).concept_of("a", MEDIUM) == A


def test_concepts_that_were_merged_into_each_other_are_one() -> None:
    back = operation(2, OperationKind.MERGE, B, other=A)
    resolution = Resolution([MERGE, back])
    assert resolution.followed(A) in (A, B)


def test_a_split_takes_names_or_only_what_some_origins_say() -> None:
    by_name = operation(1, OperationKind.SPLIT, A, other=C, name="c", keys=("a2",))
    assert Resolution([by_name]).concept_of("a2", MEDIUM) == C
    by_origin = operation(1, OperationKind.SPLIT, A, other=C, name="c", keys=("a",), origins=(str(MEDIUM),))
    resolution = Resolution([by_origin])
    assert (resolution.concept_of("a", MEDIUM), resolution.concept_of("a", OTHER)) == (C, A)
    assert resolution.name_of(C) == "c"


def test_an_alias_is_known_until_another_decision_takes_its_key() -> None:
    alias = operation(1, OperationKind.ALIAS, A, name="Other", keys=("other",))
    resolution = Resolution([alias])
    assert (resolution.concept_of("other", PEOPLE), resolution.aliases_of(A)) == (A, ["Other"])
    taken = operation(2, OperationKind.ALIAS, B, name="Other", keys=("other",))
    assert Resolution([alias, taken]).aliases_of(A) == []
    assert Resolution([alias, taken]).aliases_of(B) == ["Other"]
    merged = operation(2, OperationKind.MERGE, A, other=B)
    assert Resolution([alias, merged]).aliases_of(B) == ["Other"]


def test_removed_is_removed_until_restored() -> None:
    removed = operation(1, OperationKind.REMOVE, A)
    assert Resolution([removed]).is_removed(A)
    assert not Resolution([removed, operation(2, OperationKind.RESTORE, A)]).is_removed(A)


def test_what_an_operation_touches_is_where_things_move_from_and_to() -> None:
    alias = operation(2, OperationKind.ALIAS, C, name="a", keys=("a",))
    assert touched_by(alias, Resolution([MERGE]), Resolution([MERGE, alias])) >= {B, C}
