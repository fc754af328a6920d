import pytest

from netsentinel.academy.media import Medium, MediumState
from netsentinel.academy.media.captions import beside, stem_of, stems_of
from netsentinel.academy.reader.kinds import format_of
from tests.unit.academy.graph.site import T


def medium(name: str) -> Medium:
    return Medium(
        id=f"med_{name}",
        tenant=T,
        name=name,
        title=name,
        size=1,
        sha256="aa",
        state=MediumState.READY,
        kind=format_of(name).kind,
        created_by="usr",
        created_at=1,
        updated_at=1,
    )


def names(of: str, *others: str) -> list[str]:
    return [one.name for one in beside(medium(of), map(medium, others))]


def test_captions_are_called_like_their_recording() -> None:
    others = ("a/talk.pt-BR.srt", "a/talk.vtt", "a/talk.md", "b/talk.vtt", "talk.vtt", "a/talk 2.vtt", "a/talk.mp3")
    assert names("a/talk.mp4", *others) == ["a/talk.vtt", "a/talk.pt-BR.srt"]
    assert names("a/talk.vtt", "a/talk.mp4", "a/talk.MP3", "a/talk.srt", "a/Talk.mp4") == ["a/talk.MP3", "a/talk.mp4"]
    assert names("a/talk.en.vtt", "a/talk.mp4", "a/talk.en.mp4") == ["a/talk.mp4", "a/talk.en.mp4"]


def test_texts_and_pictures_have_no_captions() -> None:
    assert names("talk.md", "talk.vtt", "talk.mp4") == []
    assert names("talk.png", "talk.vtt") == []


@pytest.mark.parametrize(
    ("name", "stems"),
    [
        ("week.1/talk.vtt", ("week.1/talk",)),
        ("talk.en.vtt", ("talk.en", "talk")),
        ("talk.zh-Hant-TW.srt", ("talk.zh-Hant-TW", "talk")),
        ("talk.part2.vtt", ("talk.part2",)),
        ("a/.en.vtt", ("a/.en",)),
        ("talk.en.mp4", ("talk.en",)),
    ],
)
def test_a_language_stands_before_the_suffix(name: str, stems: tuple[str, ...]) -> None:
    assert stems_of(medium(name)) == stems
    assert stem_of(name) == stems[0]
