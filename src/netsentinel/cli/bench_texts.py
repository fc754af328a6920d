"""How fast and how well texts become knowledge: into the graph, linking and prerequisites, on public data."""

import asyncio
import csv
import gzip
import json
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from netsentinel.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from netsentinel.academy.media import Media

_WORDS: Final = 9_000
_CUE_WORDS: Final = 12
_CUE_MS: Final = 4_000
_OTHERS: Final = 1_000
_OTHER_WORDS: Final = 30
_TEXT: Final = re.compile(r"^description: \|\n((?:    .*\n)+)", re.MULTILINE)
_ATTACK: Final = Path("intel/enterprise_attack_compact_stix20.json.gz")
_PAIRS: Final = Path("learning/al-cpl")
_DISAMBIGUATION: Final = re.compile(r"_?\([^()]*\)$")


def measure_texts(data: Path) -> dict[str, Any]:
    """The figures by name; null where the public data that they need is not in `data`.

    - `ingest_s_per_9k_words`: a transcript of 9,000 words (VTT, of the descriptions of the bundled rules) from its
      bytes to its concepts and edges committed in the graph, in an empty library; `..._of_1000` with 1,000 others in
      it; `..._cpu_s` processor time of the same, which other programs on the machine do not lengthen.
    - `link_hit_at_1`, `link_hit_at_5`: name of each technique of ATT&CK Enterprise -> its own description among all.
    - `prerequisite_f1`: mean over the four domains of AL-CPL of F1 of the positive class, from the names of the
      domain alone; nothing was learnt from any label of any domain.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
        figures = asyncio.run(_ingest(Path(folder)))
    return figures | _linking(data / _ATTACK) | _prerequisites(data / _PAIRS)


async def _ingest(folder: Path) -> dict[str, Any]:
    from netsentinel.bootstrap import open_library
    from netsentinel.cli.serve import settings_from
    from netsentinel.kernel.types import DEFAULT_TENANT

    words = _material()
    async with open_library(settings_from(data_dir=folder / "data", database_url=""), DEFAULT_TENANT) as media:
        first = await timed(media, {"first.vtt": _captions(words, 0, _WORDS)})
        others = {f"other-{number}.md": _note(words, number) for number in range(_OTHERS)}
        await timed(media, others)
        later = await timed(media, {"later.vtt": _captions(words, 7, _WORDS)})
    return {
        "ingest_s_per_9k_words": first[0],
        "ingest_s_per_9k_words_cpu_s": first[1],
        "ingest_s_per_9k_words_of_1000": later[0],
        "ingest_s_per_9k_words_of_1000_cpu_s": later[1],
        "media_before": _OTHERS,
    }


async def timed(media: "Media", texts: dict[str, bytes]) -> tuple[float, float]:
    """Wall time and processor time of importing texts, in seconds."""
    from netsentinel.kernel.types import system_principal

    wall, cpu = time.perf_counter(), time.process_time()
    for name, text in texts.items():
        await media.import_text(system_principal(), name, text)
    if not texts:
        return 0.0, 0.0
    return round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3)


def _material() -> list[str]:
    """The words of the bundled rules' descriptions, rule after rule."""
    from netsentinel.detection.content import bundled_rules

    found = [
        match[1] for rule in sorted(bundled_rules().rglob("rule.yml")) for match in _TEXT.finditer(rule.read_text())
    ]
    if not found:
        raise NotFoundError("The bundled rules are missing from this installation; please install NetSentinel again.")
    return " ".join(found).split()


def _captions(words: Sequence[str], begin: int, count: int) -> bytes:
    lines = ["WEBVTT", ""]
    for number in range(0, count, _CUE_WORDS):
        at = number // _CUE_WORDS * _CUE_MS
        said = (words[(begin + number + one) % len(words)] for one in range(min(_CUE_WORDS, count - number)))
        lines += [f"{_clock(at)} --> {_clock(at + _CUE_MS)}", " ".join(said), ""]
    return "\n".join(lines).encode()


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1_000 % 60:02}.{ms % 1_000:03}"


def _note(words: Sequence[str], number: int) -> bytes:
    begin = number * 37
    text = " ".join(words[(begin + one) % len(words)] for one in range(_OTHER_WORDS))
    heading = " ".join(words[(begin + one) % len(words)] for one in range(3))
    return f"# Note {number}\n\n## {heading}\n\n{text}\n".encode()


def _linking(bundle: Path) -> dict[str, Any]:
    from netsentinel.academy.extraction import Entry, Linker

    techniques = _techniques(bundle)
    if not techniques:
        return {"link_hit_at_1": None, "link_hit_at_5": None}
    linker = Linker(Entry(key, text) for key, _, text in techniques)
    ranks = [[link.key for link in linker.rank(name, 5)] for _, name, _ in techniques]
    keys = [key for key, _, _ in techniques]
    return {
        "link_hit_at_1": round(fmean(rank[:1] == [key] for key, rank in zip(keys, ranks, strict=True)), 4),
        "link_hit_at_5": round(fmean(key in rank for key, rank in zip(keys, ranks, strict=True)), 4),
    }


def _techniques(bundle: Path) -> list[tuple[str, str, str]]:
    """(id, name, description) of the techniques in a STIX bundle that are neither revoked nor deprecated."""
    if not bundle.is_file():
        return []
    objects = json.loads(gzip.decompress(bundle.read_bytes()))["objects"]
    return [
        (one["external_references"][0]["external_id"], one["name"], one.get("description", ""))
        for one in objects
        if one["type"] == "attack-pattern" and not one.get("revoked") and not one.get("x_mitre_deprecated")
    ]


def _prerequisites(folder: Path) -> dict[str, Any]:
    from netsentinel.academy.extraction import Learnt, Question, TextNames
    from netsentinel.academy.extraction.prerequisites import Pair, name_features

    judge = Learnt()
    scores: dict[str, float] = {}
    for file in sorted(folder.glob("*.pairs")):
        right = set(pairs_of(file.with_suffix(".preqs")))
        asked = pairs_of(file)
        among = TextNames(sorted({name_of(one) for pair in asked for one in pair}))

        def likely(concept: str, other: str, among: TextNames = among) -> float:
            names = Pair(name_of(concept), name_of(other))
            return judge.probability(Question(Pair(concept, other), names, name_features(*names, among)))

        said = [likely(concept, other) > likely(other, concept) for concept, other in asked]
        scores[file.stem] = f1(said, [pair in right for pair in asked])
    return {
        "prerequisite_f1": round(fmean(scores.values()), 4) if scores else None,
        "prerequisite_f1_of": {domain: round(score, 4) for domain, score in scores.items()},
    }


def pairs_of(file: Path) -> list[tuple[str, str]]:
    """The pairs of a file of AL-CPL: a concept, and what may be its prerequisite."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row[0], row[1]) for row in csv.reader(lines)]


def name_of(concept: str) -> str:
    """The name of a concept of AL-CPL, without what tells it from others of that name."""
    return _DISAMBIGUATION.sub("", concept).replace("_", " ")


def f1(said: Sequence[bool], right: Sequence[bool]) -> float:
    """F1 of the positive class; 0 when there is none."""
    both = sum(one and other for one, other in zip(said, right, strict=True))
    return 2 * both / (sum(said) + sum(right)) if both else 0.0
