"""Figures, classes and tiers."""

from dataclasses import replace

import pytest

from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, Principal, Role, Tier, system_principal
from netsentinel.limits import LimitPlan, Rate, RequestClass
from netsentinel.limits.model import date_of

KEY = Principal("key_1", "key", DEFAULT_TENANT, Role.VIEWER, "a key", frozenset())


def test_the_settings_ask_for_the_figures_of_document_003() -> None:
    assert LimitPlan.of(Settings(_env_file=None)) == LimitPlan()
    assert LimitPlan().standard == Rate(100, 20, 10_000)
    assert LimitPlan().premium == Rate(1_000, 200, 1_000_000)


def test_every_figure_can_be_set() -> None:
    plan = LimitPlan.of(
        Settings(
            _env_file=None,
            limits_standard_per_minute=7,
            limits_premium_per_day=9,
            limits_intake_per_day=11,
            limits_session_per_minute=13,
            limits_burst_percent=100,
        )
    )
    assert plan.standard == Rate(7, 7, 10_000)
    assert plan.premium == Rate(1_000, 1_000, 9)
    assert plan.intake == Rate(6_000, 6_000, 11)
    assert plan.session == Rate(13, 13, 200_000)


def test_a_tier_decides_for_keys_and_a_class_of_their_own_for_the_rest() -> None:
    plan = LimitPlan()
    assert plan.rate(KEY, RequestClass.API) == plan.standard
    assert plan.rate(replace(KEY, tier=Tier.PREMIUM), RequestClass.API) == plan.premium
    assert plan.rate(replace(KEY, tier=Tier.PREMIUM), RequestClass.INTAKE) == plan.intake
    assert plan.rate(replace(KEY, tier=Tier.UNLIMITED), RequestClass.API) is None
    assert plan.rate(replace(KEY, tier=Tier.UNLIMITED), RequestClass.INTAKE) is None
    assert plan.rate(replace(KEY, kind="user"), RequestClass.SESSION) == plan.session
    assert plan.rate(system_principal(), RequestClass.API) is None


def test_a_hundredth_of_the_smallest_figure_may_be_forgotten() -> None:
    assert LimitPlan().standard.debt == 1
    assert LimitPlan().premium.debt == 10
    assert LimitPlan().intake.debt == 60
    assert Rate(5).debt == 1
    assert Rate(1_000, 0, 200).debt == 2


@pytest.mark.parametrize("wrong", [(0, 0, 0), (10, 11, 0), (10, -1, 0), (10, 0, -1)])
def test_impossible_figures_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="a minute has"):
        Rate(*wrong)


def test_a_days_number_is_a_date() -> None:
    assert date_of(0) == "1970-01-01"
    assert date_of(20_602) == "2026-05-29"
