from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.models.figures import Verdicts, Window, drift_of, stretch_of, total
from netsentinel.models.report import Reference

LOW = (90, *[0] * 48, 10)
HIGH = (10, *[0] * 48, 90)


def window(at: int, scores: tuple[int, ...] = LOW, feature: tuple[int, ...] = (50, 50)) -> Window:
    return Window(
        tenant=DEFAULT_TENANT,
        model_id="mdl_one",
        at=at,
        judged=100,
        flagged=10,
        findings=1,
        nanoseconds=500_000,
        scores=scores,
        features={"size": feature},
    )


REFERENCE = Reference(scores=LOW, features={"size": (50, 50)}, flagged=0.1)


def test_windows_add_up() -> None:
    whole = total(DEFAULT_TENANT, "mdl_one", [window(5), window(10, HIGH)])
    assert (whole.at, whole.judged, whole.flagged, whole.findings) == (5, 200, 20, 2)
    assert whole.scores[0] == whole.scores[-1] == 100
    assert whole.features == {"size": (100, 100)}
    assert total(DEFAULT_TENANT, "mdl_one", []).judged == 0


def test_a_point_of_the_chart_says_shares_and_times() -> None:
    point = stretch_of(window(5))
    assert (point.flagged_share, point.microseconds) == (0.1, 5.0)
    assert abs(point.mean_score - (0.9 * 0.01 + 0.1 * 0.99)) < 1e-9


def test_what_judged_too_little_says_nothing() -> None:
    few = drift_of([window(1)], REFERENCE, Verdicts(), limit=0.25, needed=1_000)
    assert (few.state, few.judged, few.score_psi) == ("unknown", 100, None)
    assert drift_of([], REFERENCE, Verdicts(), limit=0.25, needed=1).state == "unknown"


def test_what_looks_like_the_training_is_steady() -> None:
    drift = drift_of([window(at) for at in range(20)], REFERENCE, Verdicts(), limit=0.25, needed=1_000)
    assert (drift.state, drift.change, drift.features_drifted) == ("steady", None, False)
    assert drift.score_psi == 0


def test_moved_scores_and_features_are_drift() -> None:
    scores = drift_of([window(at, HIGH) for at in range(20)], REFERENCE, Verdicts(), limit=0.25, needed=1_000)
    assert (scores.state, scores.features_drifted) == ("drifted", False)
    features = drift_of([window(at, LOW, (95, 5)) for at in range(20)], REFERENCE, Verdicts(), limit=0.25, needed=1_000)
    assert (features.state, features.features_drifted, features.features[0].feature) == ("drifted", True, "size")


def test_a_change_within_the_day_is_seen_where_it_was() -> None:
    mixed = [window(at, (80, *[0] * 48, 20)) for at in range(60)] + [window(at, HIGH) for at in range(60, 90)]
    drift = drift_of(mixed, REFERENCE, Verdicts(), limit=100.0, needed=1_000)
    assert drift.state == "drifted"
    assert 50 <= drift.change_at <= 65


def test_verdicts_are_shares_of_what_is_decided() -> None:
    assert Verdicts(undecided=7).false_share is None
    assert Verdicts(true_positives=3, false_positives=1, undecided=7).false_share == 0.25
