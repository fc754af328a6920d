from dataclasses import dataclass

import pytest

from netsentinel.api.answers import answer, problems
from netsentinel.kernel.types import Level


@dataclass(frozen=True)
class Thing:
    level: Level
    parts: tuple[int, ...]


def test_a_dataclass_is_answered_field_for_field() -> None:
    response = answer(Thing(Level.HIGH, (1, 2)), 201)
    assert response.status_code == 201
    assert response.body == b'{"level":"high","parts":[1,2]}'


def test_documented_problems_are_the_known_ones() -> None:
    assert set(problems(400, 404)) == {400, 404}
    with pytest.raises(KeyError):
        problems(418)
