from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.streamer.router import Router


def guess(action: str, payload: bytes) -> int:
    return 60_000_000 if action == "long" else 1_000


def test_the_actions_guess_counts_until_enough_was_seen() -> None:
    router = Router(guess, lambda: 0)
    for _ in range(4):
        router.observe("long", 10)
    assert router.expected("long", b"{}") == 60_000_000
    router.observe("long", 10)
    assert router.expected("long", b"{}") == 10


def test_the_95th_percentile_of_the_newest_200_counts() -> None:
    router = Router(guess, lambda: 0)
    for _ in range(1_000):
        router.observe("a", 99_000_000)
    for took in range(200):
        router.observe("a", took)
    assert router.expected("a", b"{}") == 190


def test_the_mode_can_be_asked_for() -> None:
    router = Router(guess, lambda: 0)
    assert router.is_short("auto", 4_999_999)
    assert not router.is_short("auto", 5_000_000)
    assert router.is_short("sync", 5_000_000)
    assert not router.is_short("async", 0)


def test_whoever_wants_to_know_is_told_how_long_an_answer_took() -> None:
    router, told = Router(lambda _action, _payload: 0, lambda: 0), list[tuple[str, int]]()
    router.listeners.append(lambda action, took: told.append((action, took)))
    router.observe("echo", 7)
    assert told == [("echo", 7)]


def test_a_large_result_makes_tasks_of_the_tenants_next_requests_for_a_while() -> None:
    now = [0]
    router = Router(guess, lambda: now[0])
    router.had_large_result(DEFAULT_TENANT, "a")
    assert not router.is_direct(DEFAULT_TENANT, "a", "auto", 1)
    assert router.is_direct(DEFAULT_TENANT, "b", "auto", 1)
    assert router.is_direct(TenantId("other"), "a", "auto", 1), "it was no result of theirs"
    now[0] = 5 * MINUTE - 1
    assert not router.is_direct(DEFAULT_TENANT, "a", "auto", 1)
    now[0] = 5 * MINUTE
    assert router.is_direct(DEFAULT_TENANT, "a", "auto", 1)
