from netsentinel.events.lake.merging import MERGE_AT, Merges
from netsentinel.events.lake.model import LakeFile
from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.types import DEFAULT_TENANT, MIB

DUE = 40 * MERGE_AT


def file(number: int, *, size: int = 1_000, class_uid: int = 4001, stored_at: int = 0) -> LakeFile:
    return LakeFile(
        path=f"{class_uid}/{number:05}",
        tenant=DEFAULT_TENANT,
        day=1,
        class_uid=class_uid,
        events=1,
        size=size,
        min_time=0,
        max_time=0,
        stored_at=stored_at,
    )


def chosen(merges: Merges, files: list[LakeFile], now: int = 0) -> list[int]:
    return [len(group) for group in merges.due(files, now)]


def test_only_many_small_files_of_one_day_and_class_become_one() -> None:
    few = [file(number) for number in range(MERGE_AT - 1)]
    assert chosen(Merges(), few) == []
    assert chosen(Merges(), [*few, file(99)]) == [MERGE_AT]
    assert chosen(Merges(), [*few, file(99, size=17 * MIB)]) == []
    assert chosen(Merges(), [*few, file(99, class_uid=4003)]) == []
    assert chosen(Merges(), [*few, file(99, stored_at=DAY)]) == []
    large = [file(number, size=15 * MIB) for number in range(MERGE_AT)]
    assert chosen(Merges(), large) == [4], "no more than make a file of a good size"


def test_files_that_cannot_be_read_are_found_and_left_alone_for_a_day() -> None:
    files = {one.path: one for one in (file(number) for number in range(DUE))}
    broken = {"4001/00017", "4001/00300"}
    merges, rounds = Merges(), 0
    while groups := merges.due(files.values(), rounds):
        (group,) = groups
        rounds += 1
        assert rounds < 50
        if broken & {one.path for one in group}:
            merges.failed(group, rounds)
            continue
        for one in group:
            del files[one.path]
        made = file(10_000 + rounds, size=sum(one.size for one in group))
        files[made.path] = made
    assert broken < files.keys()
    assert len(files) < MERGE_AT + 4, "each may keep one more from being merged"
    merges = Merges()
    few = [file(number) for number in range(MERGE_AT)]
    merges.failed(few[:2], 0)
    assert chosen(merges, few, DAY - HOUR) == []
    assert chosen(merges, few, DAY) == [MERGE_AT]


def test_what_fails_is_tried_with_half_as_many_and_nothing_else_is() -> None:
    merges = Merges()
    ours, others = ([file(number, class_uid=uid) for number in range(MERGE_AT)] for uid in (4001, 4003))
    merges.failed(ours, 0)
    assert chosen(merges, ours + others) == [MERGE_AT // 2, MERGE_AT]
    merges.failed(ours[:3], 0)
    assert chosen(merges, ours) == [2], "never one alone, which would be written again and again"
    merges.due([], 0)
    assert chosen(merges, ours) == [MERGE_AT], "nothing is remembered of groups that are no more"
