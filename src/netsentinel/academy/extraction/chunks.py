"""Chunks: neighbouring passages of one section, page or slide, some 120 words each."""

from collections.abc import Iterable
from typing import Final

from netsentinel.academy.extraction.model import Chunk, Passage, PassageKind, Position

_ENOUGH_WORDS: Final = 120


def chunked(passages: Iterable[Passage]) -> tuple[list[Chunk], list[tuple[int, Passage]]]:
    """The chunks of a text, and each passage with the number of its chunk. Code ends up in chunks as it is shown."""
    chunks: list[Chunk] = []
    placed: list[tuple[int, Passage]] = []
    held: list[Passage] = []
    count = 0

    def close() -> None:
        nonlocal held, count
        if held:
            text = "\n".join(one.text for one in held)
            chunks.append(Chunk(number=len(chunks), text=text, position=held[0].position, words=count))
        held, count = [], 0

    for passage in passages:
        is_heading = passage.kind is PassageKind.HEADING
        is_elsewhere = bool(held) and _place(held[-1].position) != _place(passage.position)
        begins = is_heading or is_elsewhere or count >= _ENOUGH_WORDS
        only_headings = all(one.kind is PassageKind.HEADING for one in held)
        if begins and not (only_headings and is_heading):
            close()
        held.append(passage)
        count += len(passage.text.split())
        placed.append((len(chunks), passage))
    close()
    return chunks, placed


def _place(position: Position) -> tuple[tuple[str, ...], int, int]:
    return position.section, position.page, position.slide
