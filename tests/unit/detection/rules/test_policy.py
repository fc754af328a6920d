import re

import pytest

from netsentinel.detection.rules.policy import POLICY
from netsentinel.kernel.errors import InvalidInputError


def test_expressions_are_those_of_re2() -> None:
    assert POLICY.regex_engine.compile("a.c", re.IGNORECASE | re.DOTALL).search("xA\nC")
    with pytest.raises(POLICY.regex_engine.error):
        POLICY.regex_engine.compile("(a)\\1")
    assert POLICY.regex_engine.error is InvalidInputError
