"""What the process that hears answers; that it does so in limits is held by the contract of ears."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netsentinel.academy.reader.orders import Hear, Heard, Unreadable
from netsentinel.academy.reader.speech import Speech
from netsentinel.academy.reader.speech_process import answered


class Failing:
    """Says something, then fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def transcribe(self, path: Path, media_type: str, language: str) -> Iterator[Speech]:
        yield Speech(0, 1, f"{path} {media_type} {language}")
        raise self._error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ValueError("No such codec."), "No such codec."),
        (ValueError(""), "The transcriber cannot make anything of it."),
        (MemoryError(), "Hearing it takes more memory than it may."),
        (PermissionError(13, "Permission denied"), "Its bytes cannot be read: Permission denied."),
    ],
)
def test_an_error_is_the_last_answer(error: Exception, why: str) -> None:
    said = list(answered(Hear("/blob", "audio/wav", "en"), Failing(error)))
    assert said == [Heard(0, 1, "/blob audio/wav en"), Unreadable(why)]
