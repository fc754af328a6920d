import math

import pytest

from netsentinel.detection.models.flows import FLOWS
from netsentinel.detection.models.ports import Contribution
from netsentinel.detection.models.table import Feature, Kind
from netsentinel.detection.models.words import fields, probability, quantity


def test_a_number_is_told_with_unit_and_direction() -> None:
    found = fields(
        FLOWS,
        [
            Contribution("source_ports", 2.5, 57.0, 1.0),
            Contribution("bytes_in", -0.5, 48_211.0),
            Contribution("service", 0.1, "", "dns"),
        ],
    )
    assert [(one.field, one.value, one.condition) for one in found] == [
        (
            "source_ports",
            "57 ports in 60 s",
            "different ports that the source called; speaks for an attack; usual would be 1 ports in 60 s",
        ),
        ("bytes_in", "48,211 bytes", "sent back; speaks against it"),
        ("service", "not stated", "application protocol; speaks for an attack; usual would be dns"),
    ]


def test_a_feature_that_the_schema_does_not_explain_is_told_by_its_name() -> None:
    (one,) = fields(FLOWS, [Contribution("dst_host_count", 1.0, 3.0)])
    assert (one.field, one.value, one.condition) == ("dst_host_count", "3", "speaks for an attack")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.00213, "s", "0.00213 s"), (86_400.0, "s", "86,400 s"), (0.25, "", "0.25"), (math.nan, "s", "not stated"),
        (1234.5, "bytes", "1,234 bytes"), ("tcp", "", "tcp"),
    ],
)  # fmt: skip
def test_quantities(value: float | str, unit: str, said: str) -> None:
    assert quantity(value, Feature("x", Kind.NUMBER, unit)) == said


def test_probabilities_near_certainty_keep_their_digits() -> None:
    assert [probability(one) for one in (0.5, 0.98, 0.99987)] == ["50.0 %", "98.0 %", "99.987 %"]
