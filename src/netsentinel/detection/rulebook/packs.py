"""Packs on disk: an archive per pack that was added, and the cases and licences that come with rules."""

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from netsentinel.detection.rulebook.model import Pack, RuleCase
from netsentinel.kernel.disk import sync
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.regular_file import open_regular
from netsentinel.storage.private_file import private_folder

MAX_CASES = 50
"""So many cases of each kind are shown and run."""

_MAX_CASE_BYTES = 256 * 1024
_MAX_LICENCE_BYTES = 4 * 1024
_MAX_LICENCE = 120
_OWNER_ONLY = 0o600
_KINDS = (("hit.jsonl", True), ("miss.jsonl", False))
_LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE.Detection.Rules.md", "LICENCE", "LICENCE.md", "COPYING")
_KNOWN = (
    ("Detection Rule License", "Detection Rule License 1.1"),
    ("Apache License", "Apache License 2.0"),
    ("MIT License", "MIT License"),
    ("GNU AFFERO GENERAL PUBLIC LICENSE", "GNU Affero General Public License"),
    ("GNU GENERAL PUBLIC LICENSE", "GNU General Public License"),
)
"""Words by which a licence is known, and its name. SigmaHQ's file names two; the rules' comes first."""
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)

_RULES = frozenset({".yml", ".yaml"})
_BOUNDED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How members may be packed: of others, Python unpacks 4 KiB at once, and 4 KiB of bzip2 may be 5 GiB."""
_ENTRY = b"PK\x01\x02"
"""What the entry of each member begins with."""
_MOST_MEMBERS = 50_000
"""SigmaHQ's archive has 4,000; listing as many as 32 MiB hold takes seconds."""
MOST_TEXT = 64 * 1024 * 1024
"""Bytes of all rules of one tenant, unpacked: the detection process keeps them. SigmaHQ's have 5 million."""
MOST_RULES = 10_000
"""Of one tenant, those that fail included: each text that they look for is kept with a set of rules, a bit for each
rule. SigmaHQ has 3,141."""
_PIECE = 64 * 1024
_NOT_IN_FORCE = (
    "{}, so its rules are not in force, or will not be after the next start. Put the file back from a backup, or add"
    " the pack again."
)

Reader = Callable[[str, int], bytes | None]
"""The first bytes of a file of a pack, by its path inside; None when there is none."""


class PackFolder:
    """The archives of packs that were added. A file never changes; what is not recorded is removed at start.

    Args:
        folder: made when the first pack comes; nobody else can read it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked: dict[str, tuple[tuple[int, int], str]] = {}
        """What was found in each archive, and the time and size that it had."""
        self._texts: dict[str, int] = {}
        """Bytes of the rules in each archive."""

    def path(self, file: str) -> Path:
        """Where an archive is."""
        return self._folder / file

    def keep(self, file: str, content: bytes) -> Path:
        """Write an archive, whole and on disk, or not at all."""
        private_folder(self._folder)
        path, fresh = self.path(file), self.path(f".{file}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
        sync(self._folder)
        return path

    def drop(self, file: str) -> None:
        """Delete an archive."""
        self._texts.pop(file, None)
        self.path(file).unlink(missing_ok=True)

    def trouble(self, file: str) -> str:
        """Why the rules of an archive cannot be loaded; empty when they can. It is read again when it has changed."""
        path = self.path(file)
        try:
            now = path.stat()
        except OSError:
            return _NOT_IN_FORCE.format(f"The file rules/{file} is missing in the server's data folder")
        seen, known = (now.st_mtime_ns, now.st_size), self._looked.get(file)
        if known is None or known[0] != seen:
            fault = _fault_of(path)
            said = _NOT_IN_FORCE.format(f"The file rules/{file} is damaged ({fault})") if fault else ""
            known = self._looked[file] = (seen, said)
        return known[1]

    def text(self, files: Iterable[str]) -> int:
        """Bytes of the rules in these archives, unpacked; what cannot be read counts nothing."""
        return sum(map(self._text_of, files))

    def _text_of(self, file: str) -> int:
        known = self._texts.get(file)
        if known is None:
            try:
                with open_regular(self.path(file)) as stream, zipfile.ZipFile(stream) as archive:
                    known = sum(one.file_size for one in _rules_of(archive))
            except _BROKEN:
                return 0
            self._texts[file] = known
        return known

    def tidy(self, recorded: set[str]) -> int:
        """Delete what is not recorded; how much that was."""
        if not self._folder.is_dir():
            return 0
        stray = [file for file in self._folder.iterdir() if file.name not in recorded]
        for file in stray:
            file.unlink(missing_ok=True)
        return len(stray)


def zip_of(files: dict[str, bytes]) -> bytes:
    """An archive with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def check_archive(content: bytes) -> None:
    """Refuse what is no archive, before anything is kept of it.

    Raises:
        InvalidInputError: the content is no readable zip archive, has too many members, or one that is packed in a
            way that nothing bounds.
    """
    if content.count(_ENTRY) > _MOST_MEMBERS:
        raise InvalidInputError(f"The archive holds more than {_MOST_MEMBERS:,} files.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            odd = next((one for one in archive.infolist() if one.compress_type not in _BOUNDED), None)
    except _BROKEN as error:
        raise InvalidInputError(f"The body is no readable zip archive: {error}") from None
    if odd is not None:
        name = odd.filename[:80]
        raise InvalidInputError(f"{name} in the archive is packed in a rare way; zip stores or deflates by default.")


def _rules_of(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The members that rules are read from."""
    return (one for one in archive.infolist() if Path(one.filename).suffix.lower() in _RULES)


def _fault_of(path: Path) -> str:
    """What keeps an archive from being read, the checksums of its rules included; empty when nothing does."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            for member in _rules_of(archive):
                with archive.open(member) as stream:
                    while stream.read(_PIECE):
                        pass
    except _BROKEN as error:
        return str(error) or type(error).__name__
    return ""


def root_of(folder: PackFolder, pack: Pack, file: str) -> Path:
    """Where a pack's files are: its archive, or what the installation names."""
    return folder.path(file) if pack.owner else Path(file)


def cases_of(root: Path, path: str) -> tuple[RuleCase, ...]:
    """The events that come with a rule: `hit.jsonl` and `miss.jsonl` beside it.

    Args:
        root: the pack's folder, file or archive.
        path: the rule's path inside it.
    """
    folder = path.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    cases: list[RuleCase] = []
    with _reader(root) as read:
        for name, expected in _KINDS:
            content = read(prefix + name, _MAX_CASE_BYTES)
            lines = enumerate((content or b"").decode("utf-8", "replace").splitlines(), 1)
            found = ((number, line) for number, line in lines if line.strip())
            cases += [RuleCase(f"{name}:{number}", expected, line) for number, line in islice(found, MAX_CASES)]
    return tuple(cases)


def licence_of(root: Path) -> str:
    """The licence that a pack's own licence file names, else that file's first line; empty when it has none."""
    with _reader(root) as read:
        for name in _LICENCES:
            text = (read(name, _MAX_LICENCE_BYTES) or b"").decode("utf-8", "replace")
            known = next((licence for words, licence in _KNOWN if words in text), "")
            if known:
                return known
            for line in text.splitlines():
                title = line.strip(" #*=-\t")
                if title:
                    return title[:_MAX_LICENCE]
    return ""


@contextmanager
def _reader(root: Path) -> Generator[Reader]:
    if root.is_dir():
        yield lambda path, limit: _bytes_of(root / path, limit)
    elif root.suffix.lower() != ".zip":
        yield lambda path, limit: _bytes_of(root.parent / path, limit)
    else:
        try:
            archive = zipfile.ZipFile(root)
        except _BROKEN:
            yield lambda _path, _limit: None
            return
        with archive:
            yield lambda path, limit: _member(archive, path, limit)


def _bytes_of(file: Path, limit: int) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.read(limit)
    except OSError:
        return None


def _member(archive: zipfile.ZipFile, path: str, limit: int) -> bytes | None:
    try:
        with archive.open(path) as stream:
            return stream.read(limit)
    except (KeyError, *_BROKEN):
        return None
