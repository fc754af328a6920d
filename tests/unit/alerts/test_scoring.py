from hypothesis import given
from hypothesis import strategies as st

from netsentinel.alerts.model import Verdict
from netsentinel.alerts.scoring import alert_score, decayed, half_life_of, heat, threat_score
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import Level
from tests.unit.alerts.factories import NOON, alert

SIX_HOURS = half_life_of(6)


def test_level_decides_and_repetition_adds_a_little() -> None:
    assert alert_score(Level.LOW, 1) == 20
    assert alert_score(Level.LOW, 1_000_000) == 29
    assert alert_score(Level.CRITICAL, 8) == 93


def test_alerts_add_up_without_passing_100() -> None:
    one = threat_score([alert(1, score=70)], NOON, SIX_HOURS)
    two = threat_score([alert(1, score=70), alert(2, score=70)], NOON, SIX_HOURS)
    many = threat_score([alert(n, score=90) for n in range(50)], NOON, SIX_HOURS)
    assert 65 <= one < two < many <= 100


def test_dismissed_alerts_count_nothing() -> None:
    dismissed = [alert(1, verdict=Verdict.FALSE_POSITIVE), alert(2, verdict=Verdict.BENIGN)]
    assert threat_score(dismissed, NOON, SIX_HOURS) == 0


def test_an_old_alert_counts_half_after_a_half_life() -> None:
    assert threat_score([alert(0, score=50)], NOON + 6 * HOUR, SIX_HOURS) == 25


@given(
    first=st.tuples(st.integers(1, 100), st.integers(0, 10**9)),
    second=st.tuples(st.integers(1, 100), st.integers(0, 10**9)),
    later=st.integers(0, 10**12),
)
def test_heat_keeps_the_order_of_decayed_scores(first: tuple[int, int], second: tuple[int, int], later: int) -> None:
    now = NOON + 10**9 + later
    hotter, cooler = sorted((first, second), key=lambda item: heat(item[0], NOON + item[1], SIX_HOURS), reverse=True)
    assert decayed(hotter[0], NOON + hotter[1], now, SIX_HOURS) >= decayed(cooler[0], NOON + cooler[1], now, SIX_HOURS)
