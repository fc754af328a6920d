from netsentinel.alerts.suspicion import IN_A_ROW, TRIES, Suspicion
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT


def batches(*ids: int, done: bool = False) -> list[InboxBatch]:
    return [InboxBatch(one, DEFAULT_TENANT, "s", "", 0, 1, b"", done) for one in ids]


def accused(suspicion: Suspicion, *ids: int) -> int:
    """The deaths by which the one batch is set aside, which it then is."""
    deaths = suspicion.accuse(batches(*ids))
    if deaths:
        suspicion.take_away(*ids)
    return deaths


def test_many_are_only_suspects() -> None:
    suspicion = Suspicion()
    assert [accused(suspicion, 4, 5, 6) for _ in range(10)] == [0] * 10
    assert [suspicion.is_on(one) for one in (3, 4, 6, 7)] == [False, True, True, False]
    suspicion.acquit(batches(4))
    assert [suspicion.is_on(one) for one in (4, 6)] == [False, True]


def test_two_culprits_in_turns_are_both_found() -> None:
    suspicion = Suspicion()
    found = [(one, accused(suspicion, one)) for _ in range(TRIES) for one in (5, 9)]
    assert [one for one in found if one[1]] == [(5, TRIES), (9, TRIES)]
    assert not suspicion.is_on(5)


def test_one_alone_is_found_after_some_deaths_in_a_row() -> None:
    suspicion = Suspicion()
    assert [accused(suspicion, 5) for _ in range(TRIES)] == [0, 0, TRIES]
    assert accused(suspicion, 6) == 0
    suspicion.acquit(batches(6))
    assert accused(suspicion, 6) == accused(suspicion, 7) == accused(suspicion, 6) == 0


def test_when_every_batch_fails_it_is_not_the_batches() -> None:
    suspicion = Suspicion()
    found = [number for number in range(100) for _ in range(TRIES) if accused(suspicion, number)]
    assert found == list(range(IN_A_ROW))
    suspicion.acquit(batches(100))
    assert [accused(suspicion, 107) for _ in range(TRIES)][-1] == TRIES


def test_older_batches_that_are_read_again_acquit_nobody() -> None:
    suspicion = Suspicion()
    found = []
    for _ in range(TRIES):
        suspicion.acquit(batches(1, 2, done=True))
        found.append(accused(suspicion, 3))
    assert found == [0, 0, TRIES]
    for number in range(4, 50):
        for _ in range(TRIES):
            suspicion.acquit(batches(1, 2, done=True))
            found.append(accused(suspicion, number))
    assert len([one for one in found if one]) == IN_A_ROW


def test_nobody_is_accused_when_the_process_had_nothing() -> None:
    assert Suspicion().accuse([]) == 0


def test_what_could_not_be_set_aside_is_tried_again() -> None:
    suspicion = Suspicion()
    assert [suspicion.accuse(batches(5)) for _ in range(TRIES + 2)] == [0, 0, TRIES, TRIES + 1, TRIES + 2]
    assert suspicion.is_on(5)


def test_one_new_batch_among_older_ones_shows_that_the_process_can_work() -> None:
    suspicion = Suspicion()
    found = [number for number in range(IN_A_ROW) for _ in range(TRIES) if accused(suspicion, number)]
    assert found == list(range(IN_A_ROW))
    suspicion.acquit(batches(100, done=True) + batches(101))
    assert [accused(suspicion, 107) for _ in range(TRIES)][-1] == TRIES
