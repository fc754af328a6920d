from netsentinel.alerts.suspicion import IN_A_ROW, TRIES, Suspicion
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT


def batches(*ids: int, done: bool = False) -> list[InboxBatch]:
    return [InboxBatch(one, DEFAULT_TENANT, "s", "", 0, 1, b"", done) for one in ids]


def test_many_are_only_suspects() -> None:
    suspicion = Suspicion()
    assert [suspicion.accuse(batches(4, 5, 6)) for _ in range(10)] == [0] * 10
    assert [suspicion.is_on(one) for one in (3, 4, 6, 7)] == [False, True, True, False]
    suspicion.acquit(batches(4))
    assert [suspicion.is_on(one) for one in (4, 6)] == [False, True]


def test_two_culprits_in_turns_are_both_found() -> None:
    suspicion = Suspicion()
    found = [(one, suspicion.accuse(batches(one))) for _ in range(TRIES) for one in (5, 9)]
    assert [one for one in found if one[1]] == [(5, TRIES), (9, TRIES)]
    assert not suspicion.is_on(5)


def test_one_alone_is_found_after_some_deaths_in_a_row() -> None:
    suspicion = Suspicion()
    assert [suspicion.accuse(batches(5)) for _ in range(TRIES)] == [0, 0, TRIES]
    assert suspicion.accuse(batches(6)) == 0
    suspicion.acquit(batches(6))
    assert suspicion.accuse(batches(6)) == suspicion.accuse(batches(7)) == suspicion.accuse(batches(6)) == 0


def test_when_every_batch_fails_it_is_not_the_batches() -> None:
    suspicion = Suspicion()
    found = [number for number in range(100) for _ in range(TRIES) if suspicion.accuse(batches(number))]
    assert found == list(range(IN_A_ROW))
    suspicion.acquit(batches(100))
    assert [suspicion.accuse(batches(107)) for _ in range(TRIES)][-1] == TRIES


def test_older_batches_that_are_read_again_acquit_nobody() -> None:
    suspicion = Suspicion()
    found = []
    for _ in range(TRIES):
        suspicion.acquit(batches(1, 2, done=True))
        found.append(suspicion.accuse(batches(3)))
    assert found == [0, 0, TRIES]
    for number in range(4, 50):
        for _ in range(TRIES):
            suspicion.acquit(batches(1, 2, done=True))
            found.append(suspicion.accuse(batches(number)))
    assert len([one for one in found if one]) == IN_A_ROW
