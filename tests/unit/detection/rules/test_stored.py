import subprocess
import sys
from pathlib import Path

import pytest

from netsentinel.detection.content import bundled_rules
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.load import load_rules
from netsentinel.detection.rules.stored import load_cached
from netsentinel.kernel.errors import NotFoundError

BROKEN = "title: t\nlogsource: {category: x}\ndetection:\n    s: {a|nonsense: 1}\n    condition: s\n"

STARTER = """
import sys
from pathlib import Path
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.stored import load_cached
loaded = load_cached([Path(sys.argv[1])], RuleCache(Path(sys.argv[2])))
print(len(loaded.rules), any(name.partition(".")[0] in {"sigma", "yaml"} for name in sys.modules))
"""


def _told(failed: object) -> str:
    return str([(one.path, one.line, one.column, one.detail) for one in failed])  # type: ignore[attr-defined]  # LoadedRules


def test_the_cache_gives_what_loading_gives(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BROKEN, encoding="utf-8")
    paths = [bundled_rules(), tmp_path / "bad.yml"]
    cache = RuleCache(tmp_path / "cache")
    plain = load_rules(paths)
    for _ in range(2):
        loaded = load_cached(paths, cache)
        assert loaded.rules == plain.rules
        assert _told(loaded.failed) == _told(plain.failed) != "[]"


def test_a_change_is_noticed_and_damage_repaired(tmp_path: Path) -> None:
    rules, folder = tmp_path / "rules", tmp_path / "cache"
    rules.mkdir()
    rule = (bundled_rules() / "web_path_traversal" / "rule.yml").read_text(encoding="utf-8")
    (rules / "a.yml").write_text(rule, encoding="utf-8")
    (before,) = load_cached([rules], RuleCache(folder)).rules
    (rules / "a.yml").write_text(rule.replace("title: ", "title: Another "), encoding="utf-8")
    (after,) = load_cached([rules], RuleCache(folder)).rules
    assert after.title == f"Another {before.title}"
    for file in folder.iterdir():
        file.write_bytes(b"x" * 200)
    assert load_cached([rules], RuleCache(folder)).rules == (after,)


def test_a_stored_form_that_cannot_be_read_is_made_again(tmp_path: Path) -> None:
    cache = RuleCache(tmp_path)
    load_cached([bundled_rules()], cache)
    (file,) = tmp_path.iterdir()
    cache.put(file.name, b"no MessagePack of ours")
    assert load_cached([bundled_rules()], cache) == load_rules([bundled_rules()])


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_cached([tmp_path / "missing"], RuleCache(tmp_path / "cache"))


def test_a_warm_start_does_without_the_parser(tmp_path: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", STARTER, str(bundled_rules()), str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert [one[1] for one in said] == ["True", "False"]
    assert said[0][0] == said[1][0] != "0"
