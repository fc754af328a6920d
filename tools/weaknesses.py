"""Make `content/academy/weaknesses.tsv` of MITRE's list of weaknesses: `python tools/weaknesses.py cwec_v4.14.xml`.

The list is https://cwe.mitre.org/data/xml/cwec_latest.xml.zip; PyPI's `cwe2` carries one, too.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

_TARGET = Path(__file__).resolve().parents[1] / "content" / "academy" / "weaknesses.tsv"
_NOTICE = """\
# Names of weaknesses in software, by which texts are searched: number, names (the first is shown), and the first
# sentence of the description. Made by tools/weaknesses.py of CWE {version} of {date}.
# CWE is a trademark of The MITRE Corporation. Copyright 2006-{year}, The MITRE Corporation.
# CWE Usage: MITRE hereby grants you a non-exclusive, royalty-free license to use CWE for research, development, and
# commercial purposes. Any copy you make for such purposes is authorized on the condition that you reproduce MITRE's
# copyright designation and this license in any such copy.
# ALL DOCUMENTS AND THE INFORMATION CONTAINED IN THE CWE ARE PROVIDED ON AN "AS IS" BASIS AND THE CONTRIBUTOR, THE
# ORGANIZATION HE/SHE REPRESENTS OR IS SPONSORED BY (IF ANY), THE MITRE CORPORATION, ITS BOARD OF TRUSTEES, OFFICERS,
# AGENTS, AND EMPLOYEES, DISCLAIM ALL WARRANTIES, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO ANY WARRANTY THAT
# THE USE OF THE INFORMATION THEREIN WILL NOT INFRINGE ANY RIGHTS OR ANY IMPLIED WARRANTIES OF MERCHANTABILITY OR
# FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
"""
_SHORT = re.compile(r"^(?P<long>.*?)\s*\('(?P<short>[^']+)'\)$")
_LETTERS = re.compile(r"^(?P<long>.*?)\s*\((?P<letters>[A-Z]{3,6})\)$")
_SENTENCE = re.compile(r"(?<=[a-z\d)\"'])\.\s")
_LONGEST = 400
_GENERAL = ("Pillar", "Class", "Compound", "Base", "Variant")
"""From what holds for many weaknesses to what holds for few: of a name that several have, the last one keeps it."""
_NO_NAME = re.compile(
    r"""
    ['\\]  # a pattern of paths, such as '/../filedir'
    | ^(
    ac | aitm | (adversary|man|monkey|monster|person)-in-the-middle | auth[cnz] | authentification | authorization
    | (allow|black|block|deny|safe|white)\ ?list | brute\ force | css | encoding\ error | injection
    | ear | functional\ change | interception\ attack | maid | memory\ safety | missing\ handler | mitm
    | on-path\ attack | output\ (encoding|validation) | overflow | php | pickling | pitm | prng | process\ control
    | range\ error | referrer | shatter | soc | spyware | symlink | trapdoor | trojan\ horse | unbounded\ transfer
    | unicode
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Not in words, or mostly standing for something else: a defence, an attack, a thing that is no fault by itself."""


def titles_of(weakness: ET.Element) -> Iterator[str]:
    """What a weakness is called first: the short name at its title's end, and the title without it."""
    title = weakness.get("Name", "")
    if short := _SHORT.match(title):
        yield short["short"]
        title = short["long"]
    if letters := _LETTERS.match(title):
        yield letters["long"]
        yield letters["letters"]
    else:
        yield title


def others_of(weakness: ET.Element, space: dict[str, str]) -> Iterator[str]:
    """What else it is called."""
    for term in weakness.iterfind(".//c:Alternate_Term/c:Term", space):
        yield from re.split(r"\s*/\s*|\s+or\s+|,\s+", term.text or "")


def table_of(root: ET.Element, space: dict[str, str]) -> Iterator[str]:
    """The lines of the table, by number."""
    rows: dict[int, tuple[list[str], str]] = {}
    owners: dict[str, tuple[bool, int, int]] = {}
    for weakness in root.iterfind(".//c:Weaknesses/c:Weakness", space):
        if weakness.get("Status") == "Deprecated":
            continue
        number, general = int(weakness.get("ID", "")), _GENERAL.index(weakness.get("Abstraction", ""))
        titles = [" ".join(name.split()) for name in titles_of(weakness)]
        others = [" ".join(name.split()) for name in others_of(weakness, space)]
        kept = [name for name in dict.fromkeys((*titles, *others)) if not _NO_NAME.search(name)]
        text = " ".join(weakness.findtext("c:Description", "", space).split())
        rows[number] = kept, _SENTENCE.split(text, maxsplit=1)[0].removesuffix(".")[:_LONGEST] + "."
        for name in kept:
            claim = (name in titles, general, number)
            owners[name.casefold()] = max(owners.get(name.casefold(), claim), claim)
    for number, (names, text) in sorted(rows.items()):
        own: dict[str, str] = {}
        for name in names:
            if owners[name.casefold()][2] == number:
                own.setdefault(name.casefold(), name)
        if own:
            yield "\t".join((str(number), "|".join(own.values()), text))


def main() -> None:
    """Write the table."""
    root = ET.parse(sys.argv[1]).getroot()  # noqa: S314 - the caller's own file
    space = {"c": root.tag.split("}")[0].removeprefix("{")}
    date = root.get("Date", "")
    notice = _NOTICE.format(version=root.get("Version"), date=date, year=date[:4])
    _TARGET.write_text(notice + "".join(f"{line}\n" for line in table_of(root, space)), encoding="utf-8")


if __name__ == "__main__":
    main()
