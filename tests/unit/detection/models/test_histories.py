import numpy as np
import pytest

from netsentinel.detection.models.gathered import Open
from netsentinel.detection.models.histories import DEPTH, HISTORIES, Histories, lagged
from netsentinel.detection.models.windows import WINDOWS, Closed, EntityWindows
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.models.deployed import usual

WIDTH = len(WINDOWS.numbers)


def closed(span: int, events: int, entity: str = "10.0.0.1") -> Closed:
    return Closed(0, DEFAULT_TENANT, "address", entity, Open(span, events=events))


def course(histories: Histories, *windows: Closed) -> list[list[float]]:
    """Of each window how many events it and those before it had, the latest first."""
    table = histories.rows(windows)
    return table.numbers.reshape(len(windows), DEPTH, WIDTH)[:, :, 0].tolist()


def test_a_row_tells_of_the_windows_before_and_silence_is_zeros() -> None:
    assert course(Histories(), closed(10, 1), closed(11, 2), closed(14, 3), closed(17, 4), closed(30, 5)) == [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [2, 1, 0, 0, 0, 0, 0, 0],
        [3, 0, 0, 2, 1, 0, 0, 0],
        [4, 0, 0, 3, 0, 0, 2, 1],
        [5, 0, 0, 0, 0, 0, 0, 0],
    ]


def test_everybody_has_a_past_of_their_own() -> None:
    assert course(Histories(), closed(10, 1), closed(11, 7, "10.0.0.2"))[1] == [7, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("late", "told"), [(13, [9, 0, 2, 1]), (11, [9, 1, 0, 0]), (9, [9, 0, 0, 0]), (3, [9, 0, 0, 0])]
)
def test_a_latecomer_is_told_with_what_lies_before_it_and_is_in_no_past(late: int, told: list[float]) -> None:
    found = course(Histories(), closed(10, 1), closed(11, 2), closed(14, 3), closed(late, 9), closed(15, 4))
    assert found[3][: len(told)] == told
    assert found[4] == [4, 3, 0, 0, 2, 1, 0, 0]


def test_a_clock_that_goes_back_begins_anew() -> None:
    assert course(Histories(), closed(100, 1), closed(2, 5), closed(3, 6))[1:] == [
        [5, 0, 0, 0, 0, 0, 0, 0],
        [6, 5, 0, 0, 0, 0, 0, 0],
    ]


def test_what_is_over_is_the_row_of_its_window_and_state_is_exact() -> None:
    windows = EntityWindows().take(usual(3_000))
    whole, first, second = Histories(), Histories(), Histories()
    expected = whole.rows(windows)
    first.rows(windows[:100])
    second.load(first.save())
    assert np.array_equal(second.rows(windows[100:]).numbers, expected.numbers[100:])
    assert second.save() == whole.save()
    assert expected.schema.version == HISTORIES.version
    second.load(b"")
    assert second.save() == Histories().save()


def test_so_many_pasts_are_kept_at_most() -> None:
    histories = Histories()
    histories.rows([closed(10, 1, f"10.0.{n // 250}.{n % 250}") for n in range(5_100)])
    assert len(histories._known) == 5_000
    assert course(histories, closed(11, 1, "10.0.0.0"))[0][1] == 0
    assert course(histories, closed(11, 1, "10.0.20.99"))[0][1] == 1


def test_every_feature_says_when_it_was() -> None:
    assert HISTORIES.numbers[: WIDTH + 1] == (*WINDOWS.numbers, lagged("events", 1))
    assert next(one for one in HISTORIES.features if one.name == "peers-3").window == "5 min, 3 windows before"
    assert HISTORIES.categories == WINDOWS.categories
