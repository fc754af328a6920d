"""Measure the academy on public data: `python benchmarks/academy.py ../shared/data`.

Imports the OWASP cheat sheets into a fresh library with sockets blocked, and scores prerequisites on AL-CPL before and
after answers, under several protocols. Prints JSON.
"""

import asyncio
import json
import random
import socket
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from netsentinel.academy.extraction import Answer, Learnt, Question, TextNames, most_telling
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.extraction.prerequisites import Pair, name_features
from netsentinel.bootstrap import open_library
from netsentinel.cli.bench_texts import f1, name_of, pairs_of, timed
from netsentinel.cli.serve import settings_from
from netsentinel.kernel.types import DEFAULT_TENANT

_ANSWERS = 100
_ASKED_AT_ONCE = 20
_SEEDS = 20
_FOLDS = 5
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


@dataclass(frozen=True, slots=True)
class Domain:
    """What is asked in a domain, each pair with its reverse, and what is right."""

    asked: list[Pair]
    right: set[Pair]
    forward: dict[Pair, Question]
    back: dict[Pair, Question]

    @classmethod
    def read(cls, file: Path) -> "Domain":
        """The domain of a file of pairs. Its names, which carry no label, are taken for those of one text."""
        asked = [Pair(*pair) for pair in pairs_of(file)]
        among = TextNames(sorted({name_of(one) for pair in asked for one in pair}))

        def question(concept: str, other: str) -> Question:
            names = Pair(name_of(concept), name_of(other))
            return Question(Pair(concept, other), names, name_features(*names, among))

        return cls(
            asked,
            {Pair(*pair) for pair in pairs_of(file.with_suffix(".preqs"))},
            {pair: question(*pair) for pair in asked},
            {pair: question(pair.prerequisite, pair.concept) for pair in asked},
        )

    def answers(self, pairs: Iterable[Pair]) -> list[Answer]:
        """What somebody who knows the domain says."""
        return [Answer(self.forward[pair], pair in self.right) for pair in pairs]

    def told(self, pool: Sequence[Pair]) -> list[Pair]:
        """100 of the pairs, of which the model is least sure, asked by twenties."""
        left = {pair: self.forward[pair] for pair in pool}
        chosen: list[Pair] = []
        while left and len(chosen) < _ANSWERS:
            wanted = most_telling(left.values(), learnt(self.answers(chosen)), _ASKED_AT_ONCE)
            chosen += [question.pair for question in wanted]
            for question in wanted:
                del left[question.pair]
        return chosen

    def said(self, state: Learnt, pairs: Sequence[Pair]) -> list[bool]:
        """What the model says of pairs."""
        likely = [(state.probability(self.forward[pair]), state.probability(self.back[pair])) for pair in pairs]
        return [forward > _LEAST and forward > back for forward, back in likely]

    def score(self, state: Learnt, pairs: Sequence[Pair]) -> float:
        """F1 of the positive class."""
        return f1(self.said(state, pairs), [pair in self.right for pair in pairs])


def halves(domain: Domain, generator: random.Random) -> Iterator[tuple[str, float]]:
    """Half of the concepts are never answered about; or, for `pair_new`, any pair may be."""
    concepts = sorted({one for pair in domain.asked for one in pair})
    test = set(generator.sample(concepts, len(concepts) // 2))
    pool = [pair for pair in domain.asked if not test & set(pair)]
    given = {
        "before": [],
        "after_100": domain.told(pool),
        "after_100_at_random": generator.sample(pool, min(_ANSWERS, len(pool))),
        "after_all": pool,
    }
    for when, answered in given.items():
        state = learnt(domain.answers(answered))
        yield f"both_concepts_new_{when}", domain.score(state, [pair for pair in domain.asked if set(pair) <= test])
        yield f"dependent_concept_new_{when}", domain.score(state, [one for one in domain.asked if one.concept in test])
    answered = domain.told(domain.asked)
    rest = [pair for pair in domain.asked if pair not in set(answered)]
    yield "pair_new_before", domain.score(learnt([]), rest)
    yield "pair_new_after_100", domain.score(learnt(domain.answers(answered)), rest)


def folds(domain: Domain, generator: random.Random) -> Iterator[tuple[str, float]]:
    """No answer is about a concept of the fold that is tested; the five folds are scored as one list."""
    concepts = sorted({one for pair in domain.asked for one in pair})
    generator.shuffle(concepts)
    said: dict[str, list[bool]] = {}
    right: dict[str, list[bool]] = {}
    for number in range(_FOLDS):
        test = set(concepts[number::_FOLDS])
        pool = [pair for pair in domain.asked if not test & set(pair)]
        tested = {
            "dependent_concept_in_fold": [pair for pair in domain.asked if pair.concept in test],
            "any_concept_in_fold": [pair for pair in domain.asked if test & set(pair)],
            "both_concepts_in_fold": [pair for pair in domain.asked if set(pair) <= test],
        }
        for when, answered in {"before": [], "after_100": domain.told(pool), "after_all": pool}.items():
            state = learnt(domain.answers(answered))
            for which, pairs in tested.items():
                said.setdefault(f"{which}_{when}", []).extend(domain.said(state, pairs))
                right.setdefault(f"{which}_{when}", []).extend(pair in domain.right for pair in pairs)
    for name, answers in said.items():
        yield name, f1(answers, right[name])


def prerequisites(folder: Path) -> dict[str, object]:
    """By protocol: mean F1 over domains and seeds, how much the mean of the domains differs by seed, and by domain."""
    domains = {file.stem: Domain.read(file) for file in sorted(folder.glob("*.pairs"))}
    scores: dict[str, dict[str, list[float]]] = {}
    for name, domain in domains.items():
        for seed in range(_SEEDS):
            generator = random.Random(seed)  # noqa: S311 - a reproducible split
            for protocol, value in (*halves(domain, generator), *folds(domain, generator)):
                scores.setdefault(protocol, {}).setdefault(name, []).append(value)
    figures: dict[str, object] = {}
    for protocol, of_domain in scores.items():
        by_seed = [fmean(values) for values in zip(*of_domain.values(), strict=True)]
        each = {name: round(fmean(values), 3) for name, values in of_domain.items()}
        figures[protocol] = {"mean": round(fmean(by_seed), 4), "deviation": round(pstdev(by_seed), 4)} | each
    return figures


def main() -> None:
    """Print the figures."""
    data = Path(sys.argv[1])
    socket.socket = _NoSocket  # type: ignore[misc]  # for the rest of this process
    figures: dict[str, object] = dict(asyncio.run(sheets(data / "learning/owasp_cheatsheets_md.zip")))
    figures |= prerequisites(data / "learning/al-cpl")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
