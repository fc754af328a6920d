import pytest

from netsentinel.events.positions import StreamPosition
from netsentinel.kernel.errors import InvalidInputError


def test_a_position_is_read_as_it_is_written() -> None:
    position = StreamPosition("a1-_Z", 0, 999_999_999_999_999_999)
    assert StreamPosition.parse(str(position)) == position
    assert StreamPosition.parse("") is None


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a:1",
        "a:2-2",
        "a:3-2",
        "a:-1-2",
        ":1-2",
        "a b:1-2",
        "a:1-2 ",
        "a:1-\u0662",
        f"{'a' * 65}:1-2",
        "a:0-1" + "0" * 18,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="<stream>:<start>-<end>"):
        StreamPosition.parse(text)
