"""Secrets that the server hands out."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.identity.tokens import (
    is_well_formed_api_key,
    key_checksum,
    looks_like_api_key,
    new_api_key,
    new_token,
    token_hash,
)

BASE62 = string.digits + string.ascii_letters
keys = (
    st.text(BASE62, min_size=30, max_size=30).map(lambda random: f"ns_key_{random}").map(lambda b: b + key_checksum(b))
)


def test_tokens_have_256_bits_and_differ() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_what_is_stored_is_the_sha256_in_hexadecimal() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(token_hash("\ud800")) == 64


def test_fresh_keys_are_well_formed_and_differ() -> None:
    made = {new_api_key() for _ in range(100)}
    assert len(made) == 100
    assert all(map(is_well_formed_api_key, made))
    assert {len(key) for key in made} == {43}


def test_the_checksum_is_the_crc32_in_base_62() -> None:
    # CRC-32 of "123456789" is 0xCBF43926 = 3421780262 (the algorithm's published check value).
    value = 0
    for character in key_checksum("123456789"):
        value = value * 62 + (string.digits + string.ascii_uppercase + string.ascii_lowercase).index(character)
    assert value == 0xCBF43926


@given(keys, st.data())
def test_one_wrong_character_is_noticed(key: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(7, len(key) - 1))
    wrong = data.draw(st.sampled_from([character for character in BASE62 if character != key[place]]))
    assert is_well_formed_api_key(key)
    assert not is_well_formed_api_key(key[:place] + wrong + key[place + 1 :])


@given(keys, st.integers(7, 35))
def test_two_swapped_characters_are_noticed(key: str, place: int) -> None:
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assert is_well_formed_api_key(swapped) == (swapped == key)


@given(st.text(max_size=60))
def test_other_text_is_no_key(text: str) -> None:
    assert not is_well_formed_api_key(text)


@pytest.mark.parametrize("change", [str.upper, lambda key: key + "0", lambda key: key[:-1], lambda key: f" {key}"])
def test_a_key_with_something_around_it_is_no_key(change: object) -> None:
    assert callable(change)
    assert not is_well_formed_api_key(change(new_api_key()))


def test_a_mistyped_key_is_still_meant_as_one() -> None:
    assert looks_like_api_key("ns_key_oops")
    assert not looks_like_api_key(new_token())
