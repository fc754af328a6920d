"""What `netsentinel rules add` sends: an archive of rules with their cases and their licence file."""

from pathlib import Path

from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.kernel.errors import InvalidInputError, NotFoundError

_RULES = frozenset({".yml", ".yaml"})
_LICENCES = ("license", "licence", "copying")
_MAX_FILES = 50_000


def archive_of(path: Path) -> bytes:
    """The archive itself, or one of a folder or a file.

    Raises:
        InvalidInputError: there is no rule in it, or there are too many files.
        NotFoundError: the path does not exist.
    """
    if path.suffix.lower() == ".zip" and path.is_file():
        return path.read_bytes()
    if path.is_file():
        beside = (path.with_name(name) for name in ("hit.jsonl", "miss.jsonl"))
        return zip_of({one.name: one.read_bytes() for one in (path, *beside) if one.is_file()})
    if not path.is_dir():
        raise NotFoundError(f"There is no file or folder {path}.", path=str(path))
    files = sorted(file for file in path.rglob("*") if file.is_file() and _belongs(file))
    if not any(file.suffix.lower() in _RULES for file in files):
        raise InvalidInputError(f"There is no rule in {path}: rules are read from .yml and .yaml files.")
    if len(files) > _MAX_FILES:
        raise InvalidInputError(f"There are more than {_MAX_FILES:,} files in {path}; add its parts one by one.")
    return zip_of({file.relative_to(path).as_posix(): file.read_bytes() for file in files})


def _belongs(file: Path) -> bool:
    """Rules, their cases, and the licence."""
    name = file.name.lower()
    return file.suffix.lower() in _RULES or name in {"hit.jsonl", "miss.jsonl"} or name.startswith(_LICENCES)
