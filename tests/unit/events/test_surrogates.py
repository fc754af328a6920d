import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.events.surrogates import without_lone_surrogates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'"\uD800\u0041"', rb'"\ufffd\u0041"'),
        (rb'"\udc00\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\\ud800"', rb'"\\ud800"'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
        (b'{"a":1}', b'{"a":1}'),
    ],
)
def test_only_halves_without_the_other_half_are_replaced(text: bytes, expected: bytes) -> None:
    assert without_lone_surrogates(text) == expected


@given(st.text(st.sampled_from(["\ud83d", "\ude00", "\udc00", "\\", "u", "d", "8", '"', "\n", "e"])))
def test_what_comes_out_is_what_a_lenient_decoder_reads(value: str) -> None:
    repaired = json.loads(without_lone_surrogates(json.dumps(value).encode()))
    assert repaired == value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
