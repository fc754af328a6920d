"""Keys, and the figures of settings."""

import pytest

from netsentinel.idempotency import IdempotencyLimits, checked_key
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.settings import Settings


@pytest.mark.parametrize(
    ("text", "key"),
    [("abc", "abc"), ('"8e03978e-40d5"', "8e03978e-40d5"), (" a b ", "a b"), ('"', '"'), ("x" * 255, "x" * 255)],
)
def test_a_key_may_be_quoted(text: str, key: str) -> None:
    assert checked_key(text) == key


@pytest.mark.parametrize("text", ["", '""', "x" * 256, "caf\u00e9", "a\tb", "  "])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="printable ASCII"):
        checked_key(text)


def test_the_settings_say_how_long_and_how_much() -> None:
    assert IdempotencyLimits.of(Settings(_env_file=None)) == IdempotencyLimits()
    settings = Settings(_env_file=None, idempotency_keep_hours=1, idempotency_max_answer_kib=2)
    assert IdempotencyLimits.of(settings) == IdempotencyLimits(3_600_000_000, 2_048)
