"""The documentation is whole: what the code has stands in docs/reference, and what was generated is up to date."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from tools.generate_docs import GENERATED, api, broken, entry_kinds, error_tree, feature_modules
from typer.main import get_command

from netsentinel.api.openapi import METHODS
from netsentinel.cli.program import COMMANDS
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import ROLE_PERMISSIONS, Permission
from netsentinel.streamer import frames
from netsentinel.streamer.model import CloseCode
from netsentinel.streamer.topics import TOPICS
from tests.architecture.source import ROOT, source

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = sorted(DOCS.rglob("*.md"))
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]


def reference(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(GENERATED), ids=str)
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == GENERATED[path](), "run: make docs"


def test_the_api_breaks_nothing_of_its_committed_document() -> None:
    found = broken()
    assert not found, 'mend it, or: python tools/generate_docs.py --breaking "why"\n' + "\n".join(found)


def test_every_setting_is_documented() -> None:
    text, template = reference("settings.md"), (ROOT / ".env.template").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`NETSENTINEL_{name.upper()}`" in text
        assert f"#NETSENTINEL_{name.upper()}=" in template
        assert field.description, f"{name} says nothing about itself"


def test_every_error_code_is_documented() -> None:
    feature_modules("errors")
    text = reference("errors.md")
    assert not [error.code for error in error_tree() if f"| `{error.code}` |" not in text]


def test_every_entry_and_its_topic_are_documented() -> None:
    entries, live = reference("entries.md"), reference("live-protocol.md")
    for kind in entry_kinds():
        assert f"| `{kind.name}` | `{kind.live_name}` | `{kind.topic}` |" in entries
        assert f"| `{kind.topic}` |" in live


def _routes() -> list[str]:
    return [f"{method.upper()} {path}" for path, item in api()["paths"].items() for method in item if method in METHODS]


def test_every_route_is_documented() -> None:
    text = reference("api.md")
    routes = _routes()
    assert len(routes) > 10
    assert not [route for route in routes if f"`{route}`" not in text]


def test_no_route_is_documented_that_does_not_exist() -> None:
    hidden = {"GET /api/v2/openapi.json", "GET /docs"}
    documented = set(re.findall(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", reference("api.md"), re.MULTILINE))
    assert documented - set(_routes()) <= hidden


def test_roles_and_their_permissions_are_documented() -> None:
    text = reference("api.md")
    documented = set(re.findall(r"`([a-z]+:[a-z]+)`", text))
    assert {str(permission) for permission in Permission} <= documented
    assert not [role for role in ROLE_PERMISSIONS if f"| `{role}` |" not in text]


def _tags(union: Any) -> set[str]:
    return {str(frame.__struct_config__.tag) for frame in get_args(union)}


def test_every_frame_is_documented() -> None:
    text = reference("live-protocol.md")
    tags = _tags(frames.FromClient) | _tags(frames.FromServer)
    assert {"hello", "welcome", "event", "gap"} <= tags
    assert not [tag for tag in tags if f"`{tag}`" not in text]


def test_every_topic_and_close_code_is_documented() -> None:
    text = reference("live-protocol.md")
    assert not [topic for topic in TOPICS if f"| `{topic}` |" not in text]
    assert not [code for code in CloseCode if f"| {code.value} |" not in text]


def _leaves(name: str, command: Any) -> dict[str, Any]:
    """Every command below this one that has none below itself, by its full name."""
    below = getattr(command, "commands", None)
    if not below:
        return {name: command}
    return {full: leaf for child, part in below.items() for full, leaf in _leaves(f"{name} {child}", part).items()}


def _options(name: str) -> dict[str, set[str]]:
    """Every command below an entry of the command table, by its full name, with the options it takes."""
    module, attribute = COMMANDS[name][0].split(":")
    target = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name)(target)
        target = app
    command: Any = get_command(target)
    found = _leaves(name, command)
    return {full: {option for parameter in leaf.params for option in parameter.opts} for full, leaf in found.items()}


@pytest.fixture(scope="module")
def commands() -> dict[str, set[str]]:
    return {full: options for name in COMMANDS for full, options in _options(name).items()}


def test_every_command_is_documented(commands: dict[str, set[str]]) -> None:
    text = reference("cli.md")
    assert set(COMMANDS) == {name.split()[0] for name in commands}
    assert not [name for name in commands if f"`netsentinel {name}" not in text]


def test_commands_in_the_documentation_exist_with_their_options(commands: dict[str, set[str]]) -> None:
    wrong: list[str] = []
    for page in [*PAGES, *FRONT]:
        for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                said = re.search(r"(?:^|/|\s)netsentinel ((?:[a-z]+ ?)+)(.*)", line)
                if said and not re.search(
                    r"systemctl|journalctl|docker|useradd|createdb|createuser|pg_dump|chown", line
                ):
                    wrong += [f"{page.name}: {line}: {fault}" for fault in _faults(said.group(0), commands)]
    assert not wrong, "\n".join(wrong)


def _faults(line: str, commands: dict[str, set[str]]) -> list[str]:
    words = line.split()[1:]
    for length in (3, 2, 1):
        name = " ".join(words[:length])
        if name in commands:
            known = commands[name] | {"--help"}
            return [f"no option {word}" for word in words if word.startswith("-") and word not in known]
    return [f"no command {' '.join(words[:2])}"]


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = [
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *project["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[\[><=;~ ]", line)[0] for line in stated}
    text = (DOCS / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    assert listed == names


def test_every_page_has_its_place_in_the_site() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = set(re.findall(r"[\w./-]+\.md", str(nav)))
    assert {page.relative_to(DOCS).as_posix() for page in PAGES} == listed


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    missing = [
        page.name for page in (DOCS / "decisions").glob("*.md") if page.name != "index.md" and page.name not in index
    ]
    assert not missing


def test_records_that_the_code_names_exist() -> None:
    named = {name for module in source() for name in re.findall(r"docs/decisions/(\d{4}[\w-]*)", module.text)}
    records = {page.stem for page in (DOCS / "decisions").glob("*.md")}
    assert not [name for name in named if not any(record.startswith(name) for record in records)]


@pytest.mark.parametrize("page", FRONT, ids=lambda page: page.name)
def test_links_of_the_front_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_paths_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = re.findall(r"^\| \[?`([\w./-]+)`", text, re.MULTILINE)
    assert len(paths) >= 6
    assert not [path for path in paths if not (ROOT / path).exists()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Not `--quiet`: that would hide the warnings from `--strict` as well."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_the_site_builds_with_strict_links(site: Path) -> None:
    assert (site / "reference" / "architecture.html").exists()


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe|source)[^>]+(?:src|href)=[\"'](?:https?:)?//[^\"']+", re.IGNORECASE)
    found = {
        match
        for page in site.rglob("*.html")
        for match in loads.findall(page.read_text(encoding="utf-8"))
        if 'rel="canonical"' not in match
    }
    assert not found
