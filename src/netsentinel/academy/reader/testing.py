"""A plug-in that hears what is written, for tests."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from netsentinel.academy.reader.speech import Speech

_SAID: Final = re.compile(rb"\[(\d+)-(\d+) ([^\]]+)\]")


class ScriptedTranscriber:
    """Hears what a recording says in brackets: `[1000-2500 Good morning.]`; `[?]` it cannot make anything of."""

    def transcribe(self, path: Path, media_type: str, language: str) -> Iterator[Speech]:
        """What is said in a recording, in order; the first piece says the format and the language, if one is told."""
        data = path.read_bytes()
        if language:
            yield Speech(0, 0, f"{media_type} in {language}")
        for found in _SAID.finditer(data):
            yield Speech(int(found[1]), int(found[2]), found[3].decode())
        if b"[?]" in data:
            raise ValueError("This sound is not known here.")
