"""Randomness that can be had again: the seed is printed, and `NETSENTINEL_CRASH_SEED` sets it."""

import os
import random

SEED = "NETSENTINEL_CRASH_SEED"


def tell(line: object) -> None:
    """Print what a reader of a failed test wants to know."""
    print(line)  # noqa: T201 - pytest shows it with the failure


def seeded(seed: int | str | None = None) -> random.Random:
    """A generator with this seed, or with the one of the environment, or with a fresh one."""
    if seed is None:
        seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(10**9))
    tell(f"{SEED}={seed}")
    return random.Random(seed)  # noqa: S311 - chooses when things break, guards nothing
