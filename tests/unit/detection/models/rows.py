"""Made-up flows for the tests of models: usual ones in two groups, and attacks that differ in numbers and names."""

import numpy as np

from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.table import Category, Feature, Kind, Schema, Table

SCHEMA = Schema.of(
    [
        Feature("service", Kind.CATEGORY),
        Feature("bytes", unit="bytes"),
        Feature("seconds", unit="s"),
        Feature("errors"),
        Feature("flag", Kind.CATEGORY),
    ]
)


def some_rows(count: int = 600, *, seed: int = 1, bad: float = 0.3) -> tuple[Table, Labels]:
    """Rows of which about this share is bad: kind 1 floods, kind 2 asks a service that nobody else asks."""
    random = np.random.default_rng(seed)
    kinds = np.where(random.random(count) < bad, 1 + (random.random(count) < 0.3), 0).astype(np.int64)
    size = np.exp(random.normal(np.where(random.random(count) < 0.5, 5, 8), 0.5))
    size = np.where(kinds == 1, np.exp(random.normal(12, 0.5, count)), size)
    seconds = random.exponential(1.0, count) + np.where(kinds == 2, 20, 0)
    errors = np.clip(random.normal(np.where(kinds == 1, 0.8, 0.1), 0.05), 0, 1)
    service = np.where(kinds == 2, "finger", np.where(random.random(count) < 0.6, "http", "dns"))
    flag = np.where(random.random(count) < 0.9, "SF", "REJ")
    table = Table(
        SCHEMA,
        np.stack([size, seconds, errors], axis=1),
        (Category.of(service.tolist()), Category.of(flag.tolist())),
    )
    return table, Labels(kinds > 0, kinds)
