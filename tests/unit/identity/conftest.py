"""What the tests of this feature share."""

import pytest

from tests.identity import House


@pytest.fixture
def house() -> House:
    return House()
