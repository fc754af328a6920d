import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.extraction.words import (
    MOST_SENTENCE_WORDS,
    bundled,
    sentences,
    singular,
    stem,
    word_facts,
    words,
)
from netsentinel.kernel.errors import NotFoundError


def test_words_are_compared_without_case_and_width() -> None:
    assert words("The \uff34\uff23\uff30 Handshake isn't cross-site, e.g. TLS1.3") == [
        "the", "tcp", "handshake", "isn't", "cross-site", "e.g", "tls1.3",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["शब्द", "مُدَرِّس", "việt", "naïve", "ภาษาไทย"])
def test_marks_stay_in_their_word(word: str) -> None:
    assert len(words(word)) == 1


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = "See e.g. Smith. It has v. 2.0 of TLS. Is it so? Yes! 네. これは文です。次の文。"
    assert list(sentences(text)) == [
        "See e.g. Smith.",
        "It has v. 2.0 of TLS.",
        "Is it so?",
        "Yes! 네. これは文です。",
        "次の文。",
    ]


def test_speech_without_full_stops_is_cut() -> None:
    cut = list(sentences("word " * (MOST_SENTENCE_WORDS + 5)))
    assert [len(one.split()) for one in cut] == [MOST_SENTENCE_WORDS, 5]


@given(st.text(max_size=400))
def test_no_text_loses_words_in_sentences(text: str) -> None:
    assert " ".join(sentences(text)).split() == [part for one in sentences(text) for part in one.split()]
    assert all(one == one.strip() and one for one in sentences(text))


@given(st.text(alphabet="abcdefgilnorstvy", min_size=1, max_size=20))
def test_stems_stay_stems(word: str) -> None:
    assert word.startswith(stem(word))
    assert stem(stem(word)) == stem(word)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("policies", "policy"),
        ("classes", "class"),
        ("hashes", "hash"),
        ("servers", "server"),
        ("dns", "dns"),
        ("analysis", "analysis"),
    ],
)
def test_plurals_have_their_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_words_of_definitions_are_known_by_how_common_they_are() -> None:
    facts = word_facts()
    assert facts.information("the") < facts.information("force") < facts.information("triangle")
    assert facts.information("deserialisation") == facts.information("xyzzyx")
    assert facts.information("forces") == facts.information("force")
    assert facts.information("cross-site") == max(facts.information("cross"), facts.information("site"))


@pytest.mark.parametrize(("word", "kind"), [("triangle", "n"), ("seldom", "r"), ("walked", "v"), ("xyzzyx", "")])
def test_words_have_their_kind(word: str, kind: str) -> None:
    assert word_facts().kind(word) == kind


def test_a_table_that_is_not_there_is_said() -> None:
    with pytest.raises(NotFoundError, match=r"no\.tsv is missing"):
        bundled("no.tsv")


def test_a_word_without_end_is_cut() -> None:
    found = words("a" * 1_000_000)
    assert "".join(found) == "a" * 1_000_000
    assert max(map(len, found)) == 100
    assert max(map(len, sentences("a" * 1_000_000))) <= 61_000
    assert words("state-of-the-art isn't") == ["state-of-the-art", "isn't"]
