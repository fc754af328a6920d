"""Measure the academy on public data: `python benchmarks/academy.py ../shared/data`.

Imports the OWASP cheat sheets into a fresh library with sockets blocked, and scores prerequisites on AL-CPL before and
after 100 answers, under three protocols. Prints JSON.
"""

import asyncio
import json
import random
import socket
import sys
import tempfile
import zipfile
from pathlib import Path
from statistics import fmean

from netsentinel.academy.extraction import Answer, Learnt, most_telling
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.extraction.prerequisites import Pair, name_features
from netsentinel.bootstrap import open_library
from netsentinel.cli.bench_texts import f1, name_of, pairs_of, timed
from netsentinel.cli.serve import settings_from
from netsentinel.kernel.types import DEFAULT_TENANT

_ANSWERS = 100
_ASKED_AT_ONCE = 20
_SEEDS = 3
_LEAST = 1 / 3
"""Probability from which a pair counts as a prerequisite: what the bias of the prior is the logit of."""


class _NoSocket(socket.socket):
    """Refuses to connect."""

    def connect(self, address: object) -> None:
        """Fail.

        Raises:
            PermissionError: always.
        """
        raise PermissionError(f"the measurement runs without a network, not with {address!r}")


async def sheets(archive: Path) -> dict[str, float]:
    """Seconds for all sheets of the archive, without a network."""
    with zipfile.ZipFile(archive) as found:
        texts = {name: found.read(name) for name in sorted(found.namelist()) if name.endswith(".md")}
    with tempfile.TemporaryDirectory() as folder:
        async with open_library(settings_from(data_dir=Path(folder), database_url=""), DEFAULT_TENANT) as media:
            wall, cpu = await timed(media, texts)
    return {"sheets": len(texts), "sheets_s": wall, "sheets_cpu_s": cpu}


def domain(file: Path, seed: int) -> dict[str, float]:
    """F1 in one domain, with no answers and after 100, where the answers are about other concepts or other pairs."""
    asked, right = pairs_of(file), set(pairs_of(file.with_suffix(".preqs")))
    generator = random.Random(seed)  # noqa: S311 - a reproducible split
    concepts = sorted({one for pair in asked for one in pair})
    generator.shuffle(concepts)
    test = set(concepts[: len(concepts) // 2])
    apart = [pair for pair in asked if not test & set(pair)]
    none, taught = learnt([]), _taught(apart, right, generator)[0]
    anywhere, answered = _taught(asked, right, generator)
    strict = [pair for pair in asked if set(pair) <= test]
    new = [pair for pair in asked if pair[0] in test]
    rest = [pair for pair in asked if pair not in answered]
    return {
        "both_concepts_new_before": _score(none, strict, right),
        "both_concepts_new_after_100": _score(taught, strict, right),
        "dependent_concept_new_before": _score(none, new, right),
        "dependent_concept_new_after_100": _score(taught, new, right),
        "pair_new_before": _score(none, rest, right),
        "pair_new_after_100": _score(anywhere, rest, right),
    }


def _taught(
    pool: list[tuple[str, str]], right: set[tuple[str, str]], generator: random.Random
) -> tuple[Learnt, set[tuple[str, str]]]:
    """What is learnt of 100 answers about the pairs of which the model is least sure, asked by twenties."""
    left = {Pair(*pair): name_features(name_of(pair[0]), name_of(pair[1])) for pair in _mixed(pool, generator)}
    answers: list[Answer] = []
    state = learnt(answers)
    while left and len(answers) < _ANSWERS:
        wanted = most_telling(left, state, _ASKED_AT_ONCE)
        answers += [Answer(pair, left.pop(pair), tuple(pair) in right) for pair in wanted]
        state = learnt(answers)
    return state, {(answer.pair.concept, answer.pair.prerequisite) for answer in answers}


def _mixed(pool: list[tuple[str, str]], generator: random.Random) -> list[tuple[str, str]]:
    return generator.sample(pool, len(pool))


def _score(state: Learnt, asked: list[tuple[str, str]], right: set[tuple[str, str]]) -> float:
    said: list[bool] = []
    for concept, other in asked:
        forward = state.probability(Pair(concept, other), name_features(name_of(concept), name_of(other)))
        back = state.probability(Pair(other, concept), name_features(name_of(other), name_of(concept)))
        said.append(forward > _LEAST and forward > back)
    return f1(said, [pair in right for pair in asked])


def main() -> None:
    """Print the figures."""
    data = Path(sys.argv[1])
    socket.socket = _NoSocket  # type: ignore[misc]  # for the rest of this process
    figures: dict[str, object] = dict(asyncio.run(sheets(data / "learning/owasp_cheatsheets_md.zip")))
    scores: dict[str, list[float]] = {}
    for file in sorted((data / "learning/al-cpl").glob("*.pairs")):
        for seed in range(_SEEDS):
            for name, value in domain(file, seed).items():
                scores.setdefault(name, []).append(value)
    figures |= {name: round(fmean(values), 4) for name, values in scores.items()}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
