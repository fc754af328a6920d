import os
from pathlib import Path

import pytest

from netsentinel.detection.rules import cache as keeping
from netsentinel.detection.rules.cache import RuleCache, key_of, user_cache


def test_what_is_put_can_be_got(tmp_path: Path) -> None:
    cache = RuleCache(tmp_path / "deep" / "cache")
    assert cache.get("a") is None
    cache.put("a", b"body")
    assert cache.get("a") == b"body"
    assert (tmp_path / "deep" / "cache").stat().st_mode & 0o777 == 0o700
    assert [file.name for file in (tmp_path / "deep" / "cache").iterdir()] == ["a"]


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 100])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    cache = RuleCache(tmp_path)
    cache.put("a", b"body")
    (tmp_path / "a").write_bytes(damage)
    assert cache.get("a") is None
    cache.put("a", b"again")
    assert cache.get("a") == b"again"


def test_a_folder_that_cannot_be_made_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = RuleCache(tmp_path / "file" / "cache")
    cache.put("a", b"body")
    assert cache.get("a") is None


def test_the_folder_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_LARGEST", 100)
    monkeypatch.setattr(keeping, "_MOST_BYTES", 400)
    monkeypatch.setattr(keeping, "_MOST_FILES", 5)
    cache = RuleCache(tmp_path)
    cache.put("large", b"x" * 101)
    assert not list(tmp_path.iterdir())
    for body in (b"x" * 100, b""):
        for number in range(8):
            cache.put(f"{len(body)}-{number}", body)
            os.utime(tmp_path / f"{len(body)}-{number}", (number, 1_000 - len(body) + number))
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"0-{number}" for number in range(3, 8)]
    for number in range(9):
        cache.put(f"100-{number}", b"x" * 100)
        os.utime(tmp_path / f"100-{number}", (number, 2_000 + number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["100-6", "100-7", "100-8"]


def test_a_key_tells_its_parts_apart() -> None:
    assert key_of("k", b"ab", b"c") != key_of("k", b"a", b"bc")
    assert key_of("k", b"a") == key_of("k", b"a")
    assert key_of("k", b"a").startswith("k-")


def test_commands_use_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    user_cache().put("a", b"body")
    assert (tmp_path / "netsentinel" / "rules" / "a").is_file()
