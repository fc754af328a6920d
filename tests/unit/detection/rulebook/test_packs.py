import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from netsentinel.detection.rulebook.packs import MAX_CASES, PackFolder, cases_of, check_archive, licence_of, zip_of
from netsentinel.kernel.errors import InvalidInputError


def test_cases_are_found_beside_a_rule_in_a_folder_and_in_an_archive(tmp_path: Path) -> None:
    files = {"a/rule.yml": b"x", "a/hit.jsonl": b'{"n":1}\n\n{"n":2}\n', "a/miss.jsonl": b'{"n":3}\n'}
    archive = tmp_path / "p.zip"
    archive.write_bytes(zip_of(files))
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    expected = [("hit.jsonl:1", True, '{"n":1}'), ("hit.jsonl:3", True, '{"n":2}'), ("miss.jsonl:1", False, '{"n":3}')]
    for root, path in ((archive, "a/rule.yml"), (tmp_path, "a/rule.yml"), (tmp_path / "a" / "rule.yml", "rule.yml")):
        assert [(case.name, case.expected, case.event) for case in cases_of(root, path)] == expected
    assert cases_of(archive, "b/rule.yml") == ()
    assert cases_of(tmp_path / "gone.zip", "a/rule.yml") == ()


def test_so_many_cases_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "hit.jsonl").write_bytes(b"{}\n" * (MAX_CASES + 5))
    assert len(cases_of(tmp_path, "rule.yml")) == MAX_CASES


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("# Licenses\n\nrules: Detection Rule License (DRL) 1.1\n", "Detection Rule License 1.1"),
        ("   Apache License\n  Version 2.0", "Apache License 2.0"),
        ("\n== Our own terms ==\nmore\n", "Our own terms"),
        ("", ""),
    ],
)
def test_a_licence_is_named(tmp_path: Path, text: str, licence: str) -> None:
    (tmp_path / "LICENSE").write_text(text, encoding="utf-8")
    assert licence_of(tmp_path) == licence
    archive = tmp_path / "p.zip"
    archive.write_bytes(zip_of({"LICENSE": text.encode()}))
    assert licence_of(archive) == licence


def test_a_pack_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    folder = PackFolder(tmp_path / "packs")
    assert folder.tidy(set()) == 0
    path = folder.keep("a.zip", b"content")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"content", 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    folder.keep("b.zip", b"x")
    assert folder.tidy({"b.zip"}) == 1
    folder.drop("b.zip")
    folder.drop("b.zip")
    assert not list(path.parent.iterdir())


def test_what_is_no_archive_is_refused() -> None:
    check_archive(zip_of({"a": b"b"}))
    with pytest.raises(InvalidInputError):
        check_archive(b"PK\x03\x04 and then nothing")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_whose_unpacking_nothing_bounds_is_refused(packing: int) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rule.yml", "title: x")
        archive.writestr("LICENSE", bytes(100_000), packing)
    with pytest.raises(InvalidInputError, match="LICENSE in the archive is packed in a rare way"):
        check_archive(stream.getvalue())


def test_an_archive_of_very_many_files_is_refused_before_they_are_listed() -> None:
    content = zip_of({"rule.yml": b"title: x"})
    at = content.index(b"PK\x01\x02")
    with pytest.raises(InvalidInputError, match="more than 50,000 files"):
        check_archive(content[:at] + b"PK\x01\x02" * 50_000 + content[at:])


def test_only_what_rules_are_loaded_from_is_looked_at(tmp_path: Path) -> None:
    folder, content = PackFolder(tmp_path), zip_of({".yml": b"much" * 50, "rule.yml": b"title: x"})
    at = content.index(b".yml") + len(b".yml") + 2
    folder.keep("a.zip", content[:at] + b"\x00\x00" + content[at + 2 :])
    assert folder.trouble("a.zip") == "", "a name that is an ending only is no rule's"


def test_a_pipe_in_place_of_an_archive_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.zip")
    assert "rules/a.zip is damaged ([Errno 22] it is no regular file" in PackFolder(tmp_path).trouble("a.zip")


def test_an_archive_in_trouble_says_why_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    folder, content = PackFolder(tmp_path), zip_of({"LICENSE": b"MIT License", "rule.yml": b"title: " + bytes(200)})
    assert folder.trouble("a.zip").startswith("The file rules/a.zip is missing in the server's data folder, so its")
    path = folder.keep("a.zip", content)
    assert folder.trouble("a.zip") == ""
    path.write_bytes(content[:40])
    assert "rules/a.zip is damaged (File is not a zip file), so its rules are not in force" in folder.trouble("a.zip")
    at = content.index(b"rule.yml") + len(b"rule.yml") + 2
    path.write_bytes(content[:at] + b"\x00\x00" + content[at + 2 :])
    assert "rules/a.zip is damaged" in folder.trouble("a.zip")
    path.write_bytes(content)
    assert folder.trouble("a.zip") == ""
