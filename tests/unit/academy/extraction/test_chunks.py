from netsentinel.academy.extraction.chunks import chunked
from netsentinel.academy.extraction.model import Passage, PassageKind, Position


def passage(text: str, section: str = "a", *, slide: int = 0, kind: PassageKind = PassageKind.TEXT) -> Passage:
    return Passage(text=text, position=Position(section=(section,), slide=slide), kind=kind)


def test_every_passage_is_in_one_chunk_and_chunks_end_with_their_section() -> None:
    passages = [
        passage("A", kind=PassageKind.HEADING),
        passage("word " * 100),
        passage("word " * 100),
        passage("word " * 10),
        passage("B", "b", kind=PassageKind.HEADING),
        passage("C", "b", kind=PassageKind.HEADING),
        passage("text", "b"),
    ]
    chunks, placed = chunked(passages)
    assert [one for _, one in placed] == passages
    assert [number for number, _ in placed] == [0, 0, 0, 1, 2, 2, 2]
    assert [chunk.number for chunk in chunks] == [0, 1, 2]
    assert chunks[2].text == "B\nC\ntext"
    assert [chunk.words for chunk in chunks] == [201, 10, 3]


def test_slides_are_chunks_of_their_own() -> None:
    chunks, _ = chunked([passage("one", slide=1), passage("two", slide=2)])
    assert [str(chunk.position) for chunk in chunks] == ["slide 1", "slide 2"]
    assert chunked([]) == ([], [])
