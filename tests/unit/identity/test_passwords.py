"""Argon2id in bounded threads, and which passwords are allowed."""

import asyncio
import re
import threading
import time
from pathlib import Path

import pytest

from netsentinel.identity import passwords
from netsentinel.identity.passwords import (
    HASHES_AT_ONCE,
    HASHES_WAITING,
    LARGE_MACHINE,
    SMALL_MACHINE,
    Argon2Cost,
    Argon2Hashing,
    PasswordRules,
    cost_for,
    machine_memory,
)
from netsentinel.kernel.errors import ThrottledError, WeakPasswordError

CHEAP = Argon2Cost(memory_kib=64, passes=1)
GIB = 1024**3


@pytest.fixture
def hashing() -> Argon2Hashing:
    return Argon2Hashing(CHEAP)


@pytest.mark.parametrize(("memory", "cost"), [(2 * GIB, LARGE_MACHINE), (2 * GIB - 1, SMALL_MACHINE)])
def test_the_cost_follows_the_memory(memory: int, cost: Argon2Cost) -> None:
    assert cost_for(memory) == cost


def test_the_figures_are_those_of_the_design() -> None:
    assert Argon2Cost(memory_kib=65_536, passes=3, lanes=1) == LARGE_MACHINE
    assert Argon2Cost(memory_kib=19_456, passes=2, lanes=1) == SMALL_MACHINE


@pytest.mark.parametrize(("text", "limited"), [("max\n", False), ("1048576\n", True), (None, False)])
def test_the_memory_is_the_machines_or_the_control_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, limited: bool
) -> None:
    limit = tmp_path / "memory.max"
    if text is not None:
        limit.write_text(text, encoding="ascii")
    monkeypatch.setattr(passwords, "_CGROUP_LIMIT", limit)
    assert (machine_memory() == 1_048_576) == limited
    assert machine_memory() > 1_000_000


@pytest.mark.anyio
async def test_a_hash_is_argon2id_with_a_salt_and_fits_its_password_only(hashing: Argon2Hashing) -> None:
    one, other = await hashing.hash("a password"), await hashing.hash("a password")
    assert one.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert one != other
    assert await hashing.matches("a password", one)
    assert not await hashing.matches("a Password", one)


@pytest.mark.anyio
async def test_the_same_characters_fit_however_they_were_composed(hashing: Argon2Hashing) -> None:
    assert await hashing.matches("Rene\u0301", await hashing.hash("Ren\u00e9"))


@pytest.mark.anyio
@pytest.mark.parametrize("hashed", ["", "nonsense", "$argon2id$v=19$broken"])
async def test_a_broken_hash_fits_nothing(hashing: Argon2Hashing, hashed: str) -> None:
    assert not await hashing.matches("a password", hashed)


@pytest.mark.anyio
async def test_a_hash_of_other_parameters_is_outdated_and_still_fits(hashing: Argon2Hashing) -> None:
    old = await Argon2Hashing(Argon2Cost(memory_kib=32, passes=1)).hash("a password")
    assert hashing.is_outdated(old)
    assert not hashing.is_outdated(await hashing.hash("a password"))
    assert await hashing.matches("a password", old)


@pytest.mark.anyio
async def test_nobody_costs_as_much_work_as_somebody() -> None:
    hashing = Argon2Hashing(Argon2Cost(memory_kib=8 * 1024, passes=2))
    hashed = await hashing.hash("a password")

    async def took(target: str | None) -> float:
        times: list[float] = []
        for _ in range(7):
            started = time.perf_counter_ns()
            assert not await hashing.matches("wrong", target)
            times.append(time.perf_counter_ns() - started)
        return min(times)

    somebody, nobody = await took(hashed), await took(None)
    assert 0.5 < nobody / somebody < 2


@pytest.mark.anyio
async def test_at_most_two_hash_at_once_and_a_crowd_is_sent_away(hashing: Argon2Hashing) -> None:
    running, most, lock, go = 0, 0, threading.Lock(), threading.Event()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1

    crowd = [asyncio.ensure_future(hashing._in_turn(work)) for _ in range(HASHES_AT_ONCE + HASHES_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(ThrottledError) as caught:
        await hashing.hash("a password")
    assert caught.value.retry_after == 5
    go.set()
    await asyncio.gather(*crowd)
    assert most == HASHES_AT_ONCE
    assert await hashing.hash("a password")


@pytest.mark.anyio
async def test_half_a_character_fits_no_hash_and_breaks_nothing() -> None:
    hashing = Argon2Hashing(Argon2Cost(8, 1))
    assert not await hashing.matches("half \ud800 a character", await hashing.hash("a password"))


RULES = PasswordRules(15)


@pytest.mark.parametrize(
    "password", ["tractor vivid plum seventeen", "ü" * 3 + "kX9#mQ2vTz!w4RbL", "x1Y" + "qwerasdfzxcv8J4nW"]
)
def test_long_uncommon_passwords_are_allowed_whatever_they_are_made_of(password: str) -> None:
    RULES.check(password, "ann", "default")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("kX9#mQ2vTz!w4R", "at least 15"),
        ("e\u0301" * 14, "at least 15"),
        ("kX9#mQ2vTz!w4RbL" * 17, "more than 256"),
        ("half \ud800 a character and more", "half a character"),
        ("Password12345678", "tried first"),
        ("maximilianoooooooo", "tried first"),
    ],
)
def test_short_huge_and_common_passwords_are_refused_with_a_reason(password: str, says: str) -> None:
    with pytest.raises(WeakPasswordError, match=says) as caught:
        RULES.check(password, "maximilian")
    assert caught.value.extra == {"field": "password"}
    assert (caught.value.code, caught.value.title) == ("weak-password", "Choose another password")
    assert password not in str(caught.value)


@pytest.mark.parametrize(("min_length", "length"), [(8, 23), (15, 23), (23, 23), (24, 29), (60, 65)])
def test_a_random_password_meets_the_rules_and_is_legible(min_length: int, length: int) -> None:
    rules = PasswordRules(min_length)
    made = {rules.new_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert re.fullmatch(r"[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5})+", password)
        assert len(password) == length
        rules.check(password, "ann", "default")
