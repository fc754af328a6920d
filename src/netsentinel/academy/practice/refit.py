"""Fitting the model of mastery to a tenant's answers: logistic, with a guess, and weights that keep their signs."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from netsentinel.academy.practice.mastery import DEFAULT_WEIGHTS, Weights
from netsentinel.academy.practice.ports import AttemptStore, Fitted, ModelStore
from netsentinel.academy.practice.results import Sample
from netsentinel.kernel.clock import HOUR, Clock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId, system_principal
from netsentinel.scheduler import ScheduleDraft, Schedules, Trigger, TriggerKind
from netsentinel.storage.ports import Database
from netsentinel.tasks import Action, Reporter, action

PRACTICE_REFIT: Final = "practice.refit"
LEAST_SAMPLES: Final = 500
"""With fewer answers nothing is fitted."""
_MOST_SAMPLES: Final = 50_000
_HELD_OUT: Final = 5
"""The newest answers, one in five, only judge."""
_PRIOR: Final = 20.0
"""How many answers' worth the weights by judgement are."""
_ROUNDS: Final = 300
_ALMOST: Final = 1e-9

Vector = npt.NDArray[np.float64]


def log_loss(weights: Weights, samples: Sequence[Sample]) -> float:
    """Mean negative log likelihood of the answers, in nats."""
    rows, guess, right = _arrays(samples)
    return _loss(np.array(weights.values()), rows, guess, right) / len(samples)


def fit(samples: Sequence[Sample], prior: Weights = DEFAULT_WEIGHTS) -> Weights:
    """The likeliest weights, given answers and a normal prior around `prior`; all but the bias stay at least 0.

    Projected gradient descent with a step that halves until it helps.
    """
    rows, guess, right = _arrays(samples)
    centre = np.array(prior.values())
    lowest = np.array([-np.inf, *[0.0] * (len(centre) - 1)])
    weights, pace = centre.copy(), 1.0 / max(1, len(samples))

    def loss(at: Vector) -> float:
        return _loss(at, rows, guess, right) + 0.5 * _PRIOR * float(np.sum((at - centre) ** 2))

    here = loss(weights)
    for _ in range(_ROUNDS):
        slope = _slope(weights, rows, guess, right) + _PRIOR * (weights - centre)
        pace *= 4
        while True:
            there = np.maximum(weights - pace * slope, lowest)
            value = loss(there)
            if value <= here or pace < _ALMOST:
                break
            pace /= 2
        if here - value < _ALMOST * len(samples):
            break
        weights, here = there, value
    return Weights(*(float(one) for one in weights))


def _arrays(samples: Sequence[Sample]) -> tuple[Vector, Vector, Vector]:
    rows = np.array([sample.features for sample in samples], dtype=np.float64)
    guess = np.array([sample.guess for sample in samples], dtype=np.float64)
    return rows, guess, np.array([sample.is_right for sample in samples], dtype=np.float64)


def _chance(weights: Vector, rows: Vector, guess: Vector) -> tuple[Vector, Vector]:
    known = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
    return np.clip(guess + (1 - guess) * known, _ALMOST, 1 - _ALMOST), known


def _loss(weights: Vector, rows: Vector, guess: Vector, right: Vector) -> float:
    chance, _ = _chance(weights, rows, guess)
    return float(-np.sum(right * np.log(chance) + (1 - right) * np.log(1 - chance)))


def _slope(weights: Vector, rows: Vector, guess: Vector, right: Vector) -> Vector:
    chance, known = _chance(weights, rows, guess)
    pull = (chance - right) / (chance * (1 - chance)) * (1 - guess) * known * (1 - known)
    return rows.T @ pull


class RefitWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input without fields."""


class Refitted(msgspec.Struct, frozen=True):
    """What fitting came to."""

    samples: int
    is_adopted: bool
    """Whether the new weights say the newest fifth of the answers better than those before; only then they are used."""
    loss: float = 0.0
    loss_before: float = 0.0


class Refit:
    """Fits the tenant's model anew."""

    def __init__(self, db: Database, attempts: AttemptStore, models: ModelStore, clock: Clock) -> None:
        self._db = db
        self._attempts = attempts
        self._models = models
        self._clock = clock

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """What can be asked for."""
        made = action(PRACTICE_REFIT, permission=Permission.COURSES_TEACH, timeout=HOUR, concurrency=1)
        return (made(self.process),)

    async def process(self, _input: RefitWanted, reporter: Reporter) -> Refitted:
        """Fit the model of mastery to the tenant's answers; it is used when it says the newest answers better.

        In the default tenant, where the nightly schedule is, it fits every tenant's, each to its own answers.
        """
        own = reporter.task.tenant
        if own == DEFAULT_TENANT:
            for tenant in await self._db.read(self._models.tenants):
                if tenant != own:
                    await self.refit(tenant)
        return await self.refit(own)

    async def refit(self, tenant: TenantId) -> Refitted:
        """Fit a tenant's model; nothing is done below 500 answers."""
        samples, old = await self._db.read(
            lambda tx: (self._attempts.samples(tx, tenant, _MOST_SAMPLES), self._models.get(tx, tenant))
        )
        if len(samples) < LEAST_SAMPLES:
            return Refitted(len(samples), is_adopted=False)
        cut = len(samples) - len(samples) // _HELD_OUT
        weights = fit(samples[:cut])
        before = log_loss(old.weights if old else DEFAULT_WEIGHTS, samples[cut:])
        loss = log_loss(weights, samples[cut:])
        if loss >= before:
            return Refitted(len(samples), is_adopted=False, loss=loss, loss_before=before)
        fitted = Fitted(weights=weights, samples=len(samples), loss=loss, loss_before=before, at=self._clock.now())
        await self._db.write(lambda tx: self._models.put(tx, tenant, fitted))
        return Refitted(len(samples), is_adopted=True, loss=loss, loss_before=before)


async def ensure_nightly(schedules: Schedules) -> None:
    """Have mastery fitted every night. People see the schedule, and may pause it."""
    trigger = Trigger(kind=TriggerKind.CRON, cron="41 3 * * *")
    await schedules.ensure_system(
        system_principal(), ScheduleDraft(name=PRACTICE_REFIT, action=PRACTICE_REFIT, trigger=trigger)
    )
