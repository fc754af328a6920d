"""Fitting finds what made the answers, keeps the signs, and stays near the prior with few answers."""

import math
import random

from netsentinel.academy.practice.mastery import DEFAULT_WEIGHTS, Weights, logistic
from netsentinel.academy.practice.refit import fit, log_loss
from netsentinel.academy.practice.results import Sample


def _samples(true: Weights, count: int, guess: float = 0.0) -> list[Sample]:
    random_ = random.Random(1)  # noqa: S311 - answers made up
    found: list[Sample] = []
    for _ in range(count):
        row = (1.0, *(random_.gauss(0, 1) for _ in range(5)))
        chance = guess + (1 - guess) * logistic(sum(a * b for a, b in zip(true.values(), row, strict=True)))
        found.append(Sample(features=row, guess=guess, is_right=random_.random() < chance))
    return found


def test_what_made_the_answers_is_found() -> None:
    true = Weights(0.5, 2.0, 0.2, 1.0, 0.1, 1.5)
    for guess in (0.0, 0.25):
        samples = _samples(true, 8_000, guess)
        found = fit(samples)
        for one, wanted in zip(found.values(), true.values(), strict=True):
            assert math.isclose(one, wanted, abs_tol=0.25)
        assert log_loss(found, samples) < log_loss(DEFAULT_WEIGHTS, samples)


def test_weights_keep_their_signs_so_that_mastery_stays_monotone() -> None:
    found = fit(_samples(Weights(0.0, -2.0, -1.0, -1.0, -1.0, -1.0), 3_000))
    assert found.values()[1:] == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_few_answers_hardly_move_the_prior() -> None:
    found = fit(_samples(Weights(3.0, 0.0, 0.0, 0.0, 0.0, 0.0), 3))
    for one, wanted in zip(found.values(), DEFAULT_WEIGHTS.values(), strict=True):
        assert math.isclose(one, wanted, abs_tol=0.2)
