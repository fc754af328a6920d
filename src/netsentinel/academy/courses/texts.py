"""What may stand in a lesson's Markdown, and what is found in it: links that lead somewhere, no HTML, sentences."""

import re
from collections.abc import Collection, Iterator
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ESCAPED: Final = re.compile(r"\\[!-/:-@\[-`{-~]")
_CODE: Final = re.compile(r"`[^`]*`")
_TAG: Final = re.compile(r"<(?:[a-zA-Z/][^<>\n]{0,200}>|!--)")
_LINK: Final = re.compile(r"!?\[[^\[\]\n]{0,300}\]\([ \t]{0,8}([^)\s]{0,500}+)[^)\n]{0,100}+\)")
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_SAFE: Final = ("https://", "http://", "mailto:")
_LESSON: Final = re.compile(r"(?:\./)?([a-z0-9-]{1,64})(?:\.md)?(?:#.*)?")
_MARKS: Final = re.compile(r"\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)|[*_`]+|^ {0,3}(?:#{1,6}|[-*+>]|\d{1,3}\.)\s+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[*_]*\s+")
_WORD: Final = re.compile(r"\w+")
_MOST_FAULTS: Final = 10


def faults_of(text: str, lessons: Collection[str]) -> list[str]:
    """What is wrong with a lesson's text, each with its line: HTML, and links that lead nowhere or run something.

    Args:
        text: Markdown.
        lessons: slugs of the lessons that may be linked as `[...](slug.md)`.
    """
    found: list[str] = []
    for number, line in _prose(text):
        if _TAG.search(line):
            found.append(f"line {number}: HTML is not shown; write Markdown")
        found += [f"line {number}: {what}" for link in _LINK.finditer(line) if (what := _fault_of(link, lessons))]
        if len(found) >= _MOST_FAULTS:
            break
    return found[:_MOST_FAULTS]


def _fault_of(link: re.Match[str], lessons: Collection[str]) -> str:
    target = link[1]
    if link[0].startswith("!"):
        return "pictures are not shown"
    if "\\" not in target and (target.startswith(_SAFE) or (target.startswith("/") and not target.startswith("//"))):
        return ""
    if _SCHEME.match(target) or target.startswith("//") or "\\" in target:
        return f"the link {target[:60]!r} is neither https nor http nor mailto"
    lesson = _LESSON.fullmatch(target)
    if lesson is None or lesson[1] not in lessons:
        return f"the link {target[:60]!r} leads to no lesson of this course"
    return ""


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of what is not code."""
    for number, line in _outside_fences(text):
        yield number, _CODE.sub("`code`", _ESCAPED.sub("", line))


def _outside_fences(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of what is in no fenced block of code (CommonMark 4.5), which is told as one empty line."""
    opened = ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if opened:
            if fence and fence[1].startswith(opened) and not fence[2].strip():
                opened = ""
        elif fence:
            opened = fence[1]
            yield number, ""
        else:
            yield number, line


def words_of(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def evidence_for(text: str, name: str) -> tuple[str, str]:
    """The first sentence that names a concept, and the heading above it as `#heading`; empty texts for none."""
    wanted = name.casefold()
    heading, paragraph = "", list[str]()
    for line in [*(line for _, line in _outside_fences(text)), ""]:
        if line.startswith("#") or not line.strip():
            found = _sentence_with(" ".join(paragraph), wanted)
            if found:
                return found, heading
            paragraph.clear()
            if line.startswith("#"):
                heading = "#" + line.lstrip("#").strip()
        else:
            paragraph.append(_MARKS.sub(lambda mark: mark[1] or "", line).strip())
    return "", ""


def _sentence_with(text: str, wanted: str) -> str:
    if wanted not in text.casefold():
        return ""
    return next((one.strip() for one in _SENTENCE_END.split(text) if wanted in one.casefold()), "")
