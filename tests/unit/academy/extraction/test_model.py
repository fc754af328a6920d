import pytest

from netsentinel.academy.extraction.model import Position


@pytest.mark.parametrize(
    ("position", "text"),
    [
        (Position(at_ms=751_500), "00:12:31.500"),
        (Position(slide=3, section=("a",)), "slide 3"),
        (Position(page=2), "page 2"),
        (Position(section=("a", "b"), line=4), "#b"),
        (Position(line=4), "line 4"),
        (Position(), ""),
    ],
)
def test_positions_are_said_as_people_say_them(position: Position, text: str) -> None:
    assert str(position) == text
