"""HTML: its text with headings, definition lists and emphasis; scripts, styles, navigation and forms are left out."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from netsentinel.academy.extraction.model import Document, Passage, PassageKind, Position
from netsentinel.academy.extraction.readers.plain import cut

_SKIPPED: Final = frozenset(
    {"script", "style", "nav", "noscript", "template", "svg", "form", "head", "footer", "button"}
)
_DEEPEST: Final = 100
_BLOCK_TAGS: Final = """
address article aside blockquote br caption div dd dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header
hr li main ol p pre section table td th tr ul body html
"""
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_EMPHASIS: Final = frozenset({"b", "strong", "em", "i", "dfn"})


@dataclass
class _State:
    passages: list[Passage] = field(default_factory=list[Passage])
    path: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    text: list[str] = field(default_factory=list[str])
    emphasis: list[str] = field(default_factory=list[str])
    skipping: list[str] = field(default_factory=list[str])
    title: str = ""
    term: str = ""
    strong: int = -1
    """Where the text of an open emphasis begins; -1 outside one."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.state = _State()
        self._in_title = False
        self._is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's form
        state = self.state
        self._in_title = tag == "title"
        if tag in _SKIPPED and len(state.skipping) < _DEEPEST:
            state.skipping.append(tag)
        if tag in _BLOCKS:
            self._flush("")
            self._is_code = tag == "pre"
        elif tag in _EMPHASIS:
            state.strong = len(state.text)

    def handle_endtag(self, tag: str) -> None:
        state = self.state
        if tag == "title":
            self._in_title = False
        if tag in state.skipping:
            while state.skipping.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self._flush(tag)
            self._is_code = False
        elif tag in _EMPHASIS and state.strong >= 0:
            state.emphasis.append(" ".join("".join(state.text[state.strong :]).split()))
            state.strong = -1

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.state.title += data
        elif not self.state.skipping:
            self.state.text.append(data)

    def finish(self, title: str) -> Document:
        """The document, after the last of the text."""
        self.close()
        self._flush("")
        return Document(" ".join(self.state.title.split()) or title, tuple(self.state.passages))

    def _flush(self, tag: str) -> None:
        state = self.state
        raw, state.text, state.strong = "".join(state.text), [], -1
        emphasised, state.emphasis = tuple(state.emphasis), []
        text = raw.strip("\n") if self._is_code else " ".join(raw.split())
        if not text.strip():
            return
        if level := _HEADINGS.get(tag):
            state.path = [item for item in state.path if item[0] < level]
            state.path.append((level, text))
        position = Position(section=tuple(heading for _, heading in state.path), line=self.getpos()[0])
        if level:
            state.passages.append(Passage(text=text, position=position, kind=PassageKind.HEADING))
        elif tag == "dt":
            state.term = text
        elif tag == "dd" and state.term:
            whole = f"{state.term}: {text}"
            definition = Passage(text=whole, position=position, kind=PassageKind.DEFINITION, term=state.term)
            state.passages.append(definition)
        else:
            kind = PassageKind.CODE if self._is_code else PassageKind.TEXT
            state.passages.extend(
                Passage(text=part, position=position, kind=kind, emphasised=emphasised) for part in cut(text)
            )


def read_html(text: str, title: str) -> Document:
    """The document in an HTML text."""
    reader = _Reader()
    reader.feed(text)
    return reader.finish(title)
