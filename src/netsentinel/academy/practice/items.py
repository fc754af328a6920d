"""Questions as people write them: the same fields in YAML files and over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.model import Content, Key, Number, Pair, QuestionKind, Source, SourceKind, Unit
from netsentinel.academy.practice.questions import Written

FOLDER: Final = "questions"
"""Of a course's folder: one file a lesson, by the lesson's slug."""
_MOST_BYTES: Final = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionItem:
    """A question as somebody writes it; which fields it needs depends on its kind."""

    slug: str
    """Unique within the tenant; in a course's file unique within the lesson."""
    kind: QuestionKind
    prompt: str
    explanation: str
    concepts: tuple[str, ...]
    """Names or keys."""
    options: tuple[str, ...] = ()
    """Of `choice` and `multiple`."""
    right: tuple[str, ...] = ()
    """Options that are right; of `short` all spellings that count; of `ordering` everything, in order."""
    pairs: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of `matching`: what belongs to what."""
    value: float | None = None
    """Of `numeric`."""
    tolerance: float = 0.0
    unit: str = ""
    units: Mapping[str, float] = field(default_factory=dict[str, float])
    """Further units, and how many of the question's own unit each is."""
    source: str = ""
    """Key of the lesson (`lesson:course/slug`) or id of the medium where the answer can be read."""
    position: str = ""

    def written(self) -> Written:
        """As the question is kept."""
        number = None
        if self.value is not None:
            units = tuple(Unit(name, factor) for name, factor in self.units.items())
            number = Number(value=self.value, tolerance=self.tolerance, unit=self.unit, units=units)
        return Written(
            slug=self.slug,
            content=Content(
                kind=self.kind,
                prompt=self.prompt,
                options=self.options,
                key=Key(
                    right=self.right,
                    pairs=tuple(Pair(left, right) for left, right in self.pairs.items()),
                    number=number,
                ),
                explanation=self.explanation,
                concepts=self.concepts,
            ),
            source=_source(self.source, self.position),
        )


_FIELDS: Final = frozenset(one.name for one in fields(QuestionItem))


def read_course(folder: Path) -> list[QuestionItem]:
    """The questions of a course's folder: `questions/NN-slug.yml`, in order.

    Raises:
        InvalidQuestionError: a file cannot be read; the sentence names it.
    """
    course = folder.resolve().name
    found: list[QuestionItem] = []
    for path in sorted((folder / FOLDER).glob("*.yml")):
        found += _read(path, course)
    if not found:
        raise InvalidQuestionError(f"There is no question in {folder / FOLDER}: files are called NN-slug.yml.")
    return found


def _read(path: Path, course: str) -> list[QuestionItem]:
    where = f"{path.parent.name}/{path.name}"
    if path.stat().st_size > _MOST_BYTES:
        raise InvalidQuestionError(f"{where}: a file has at most {_MOST_BYTES:,} bytes.")
    try:
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise InvalidQuestionError(f"{where}: aliases (`*name`) are not read.")
        loaded: Any = yaml.safe_load(text)
        items = msgspec.convert(loaded, dict[str, list[dict[str, Any]]])["questions"]
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError, KeyError) as error:
        raise InvalidQuestionError(f"{where}: {error}") from error
    return [_item(one, where, course, path.stem) for one in items]


def _item(one: Mapping[str, Any], where: str, course: str, lesson: str) -> QuestionItem:
    unknown = sorted(set(one) - _FIELDS)
    if unknown:
        raise InvalidQuestionError(f"{where}: there is no field {unknown[0]!r}.")
    wanted = {name: [value] if name == "right" and isinstance(value, str) else value for name, value in one.items()}
    try:
        item = msgspec.convert({"source": f"lesson:{course}/{lesson}", **wanted}, QuestionItem)
    except msgspec.ValidationError as error:
        raise InvalidQuestionError(f"{where}, {one.get('slug', 'a question without slug')}: {error}") from error
    return replace(item, slug=f"{course}/{lesson}/{item.slug}")


def _source(source: str, position: str) -> Source:
    if not source:
        return Source()
    kind = SourceKind.LESSON if source.startswith("lesson:") else SourceKind.MEDIUM
    return Source(kind=kind, id=source, position=position)


def written(items: Sequence[QuestionItem]) -> list[Written]:
    """Questions as they are kept."""
    return [item.written() for item in items]
