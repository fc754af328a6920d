import json
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.events.array import array_items, is_array, one_value
from netsentinel.kernel.errors import MalformedBodyError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('ab"\\,[]{}: \n\u00fc')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.sampled_from('a",]}\\')), inner, max_size=3),
    max_leaves=20,
)


@given(st.lists(values, max_size=8), st.sampled_from([None, 1]), st.booleans())
def test_the_items_are_those_of_a_json_decoder(items: list[Any], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode()
    assert is_array(text)
    assert list(array_items(text)) == [bytes(item) for item in msgspec.json.decode(text, type=list[msgspec.Raw])]


@settings(max_examples=500)
@given(st.lists(st.sampled_from([*'[]{},:"\\ a1', "\n", "true", '"a"', '{"a":1}', "[]", ", ", "\\u00e9"]), max_size=14))
def test_what_it_accepts_is_what_a_json_decoder_accepts(pieces: list[str]) -> None:
    text = ("[" + "".join(pieces)).encode()
    try:
        expected = [bytes(item) for item in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except msgspec.DecodeError:
        with pytest.raises(MalformedBodyError):
            list(array_items(text))
    else:
        assert list(array_items(text)) == expected


def test_long_items_and_strings_are_cut_in_one_piece() -> None:
    items = [{"n": list(range(5_000)), "s": '",' * 5_000}, "x" * 100_000, 1]
    assert [json.loads(item) for item in array_items(json.dumps(items).encode())] == items


@pytest.mark.parametrize("text", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'[{"a":' * 50_000])
def test_an_endless_nesting_is_an_error(text: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        list(array_items(text))
    with pytest.raises(MalformedBodyError, match="nested"):
        one_value(text)


def test_half_a_surrogate_pair_does_not_spoil_the_others() -> None:
    assert list(array_items(rb'[{"a":"\ud800"},{"b":1}]')) == [rb'{"a":"\ufffd"}', b'{"b":1}']


@pytest.mark.untraced
def test_many_small_items_are_never_held_together() -> None:
    text = b"[" + b"1," * 50_000 + b"1]"
    tracemalloc.start()
    try:
        assert sum(1 for _ in array_items(text)) == 50_001
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
