import pytest

from netsentinel.alerts.reports import ReportScope
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.alerts.factories import NOON


def test_what_is_left_out_is_the_week_until_now() -> None:
    scope = ReportScope.of(DEFAULT_TENANT, NOON, 0, 0, "")
    assert (scope.since, scope.until) == (NOON - 7 * DAY, NOON)
    assert ReportScope.of(DEFAULT_TENANT, NOON, 0, 5 * DAY, "").since == 0


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        ReportScope.of(DEFAULT_TENANT, NOON, NOON, NOON, "")
