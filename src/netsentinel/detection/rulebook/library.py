"""The packs: those of the installation, read at start, and those that tenants add and remove."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import msgspec

from netsentinel.detection.entries import RULE_ADDED, RULE_REMOVED, PackChange
from netsentinel.detection.rulebook.model import INSTALLED, AddReport, Pack, PackKind, RuleFacts
from netsentinel.detection.rulebook.packs import MOST_RULES, MOST_TEXT, PackFolder, check_archive, licence_of, zip_of
from netsentinel.detection.rulebook.ports import ReadRules, RuleBench
from netsentinel.detection.rulebook.service import RuleStores, fault
from netsentinel.detection.rules import OwnPack, Selection, key_of_rules
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NetSentinelError,
    NotFoundError,
    RuleSyntaxError,
    StorageFullError,
    UnavailableError,
)
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal
from netsentinel.storage.ports import Database, Tx

_TEXT_FILE = "rule.yml"
_UNLICENSED = ""
_MOST_INSTRUCTIONS = 2_000_000
"""Of what one tenant's rules look for: the detection process keeps all of it. SigmaHQ's 420 expressions and 40,000
texts are 1,300,000."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder or archive of rules that looks at everybody's events."""

    path: Path
    name: str
    kind: PackKind
    licence: str = ""


class RuleLibrary:
    """Adds and removes packs, and says what the detection process is to load.

    An archive is on disk before the database says so, and deleted after the database has forgotten it: what a crash
    leaves behind is removed at the next start.
    """

    def __init__(self, db: Database, stores: RuleStores, bench: RuleBench, folder: PackFolder, clock: Clock) -> None:
        self._db = db
        self._stores = stores
        self._bench = bench
        self._folder = folder
        self._clock = clock
        self._troubled: frozenset[str] = frozenset()

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with the archives of all tenants, without their names: everybody may ask for it."""
        if not self._troubled:
            return ()
        many = len(self._troubled)
        what = "1 added pack of rules is" if many == 1 else f"{many:,} added packs of rules are"
        return (f"{what} not in force, or will not be after the next start: netsentinel rules packs says why.",)

    async def open(self, installed: Sequence[Installed]) -> int:
        """Take note of the installation's rules, and remove files that are not recorded; how many those were.

        Rules are only read when something in their folders changed since the last time.
        """
        paths = [one.path for one in installed]
        fresh = key_of_rules(paths) + blake2b(repr(installed).encode(), digest_size=8).hexdigest()
        known = await self._db.write(self._stores.packs.digest)
        if fresh != known:
            read = await self._bench.read(paths)
            await self._db.write(lambda tx: self._install(tx, installed, read, fresh))
        _, own, _ = await self._db.read(self._stores.packs.chosen)
        await self.look()
        return await asyncio.to_thread(self._folder.tidy, {file for _, file in own})

    async def look(self) -> bool:
        """Look at every added archive; whether others are missing or damaged than the last time."""
        _, own, _ = await self._db.read(self._stores.packs.chosen)
        before = self._troubled
        self._troubled = await asyncio.to_thread(
            lambda: frozenset(file for _, file in own if self._folder.trouble(file))
        )
        return self._troubled != before

    async def selection(self) -> tuple[int, Selection]:
        """What the detection process is to load, and its revision."""
        revision, own, disabled = await self._db.read(self._stores.packs.chosen)
        packs = tuple(OwnPack(tenant, str(self._folder.path(file))) for tenant, file in own)
        return revision, Selection(packs, disabled)

    async def revision(self) -> int:
        """A number that grows whenever `selection` changes."""
        return await self._db.read(self._stores.packs.revision)

    async def add_text(self, principal: Principal, text: str) -> AddReport:
        """Add the rules of one YAML text.

        Raises:
            ConflictError: a rule's id is used by another rule of the tenant, or its rules are too much text by now.
            RuleSyntaxError: a rule in it cannot be loaded; none is added.
        """
        read = await self._bench.check(text)
        if read.failed:
            first = fault(read.failed[0])
            error = RuleSyntaxError(first.detail, path=first.path, line=first.line, column=first.column)
            error.extra["faults"] = [msgspec.to_builtins(fault(one)) for one in read.failed]
            raise error
        if not read.rules:
            raise RuleSyntaxError("The text holds no rule.", path=_TEXT_FILE, line=1, column=1)
        pack = self._pack(principal, new_id("pck"), read.rules[0].title, PackKind.TEXT, principal.name, _UNLICENSED)
        file = f"{pack.id}.zip"
        path = await asyncio.to_thread(self._folder.keep, file, zip_of({_TEXT_FILE: text.encode()}))
        try:
            await self._must_fit(principal, file)
            await self._bench.read([path], ahead=True)
        except BaseException:
            self._folder.drop(file)
            raise
        return await self._add(principal, pack, file, read, whole=True)

    async def add_archive(
        self, principal: Principal, name: str, origin: str, licence: str, content: bytes
    ) -> AddReport:
        """Add an archive of rules, instead of the tenant's pack with the same name if there is one.

        Raises:
            ConflictError: a rule's id is used by another rule of the tenant, or its rules would be too much text.
            InvalidInputError: it is no archive, or holds no rule that loads.
        """
        await asyncio.to_thread(check_archive, content)
        file = new_id("pck") + ".zip"
        path = await asyncio.to_thread(self._folder.keep, file, content)
        try:
            await self._must_fit(principal, file, instead_of=name)
            read = _within(await self._bench.read([path], ahead=True), path)
            _need_rules(read)
            stated = licence or await asyncio.to_thread(licence_of, path)
        except BaseException:
            self._folder.drop(file)
            raise
        pack = self._pack(principal, file.removesuffix(".zip"), name, PackKind.ARCHIVE, origin, stated)
        return await self._add(principal, pack, file, read, whole=False)

    async def remove_pack(self, principal: Principal, pack_id: str) -> None:
        """Remove a pack that the principal's tenant added, by its id or name.

        Raises:
            NotFoundError: the tenant added no such pack.
        """

        def remove(tx: Tx) -> str:
            packs = self._stores.packs.packs(tx, principal.tenant)
            own = [(pack, file) for pack, file in packs if pack.owner and pack_id in (pack.id, pack.name)]
            if not own:
                raise NotFoundError(f"This tenant added no pack {pack_id}. The installation's packs cannot be removed.")
            pack, file = own[0]
            self._stores.packs.drop(tx, principal.tenant, pack.id)
            tx.append(_entry(RULE_REMOVED, principal, pack))
            return file

        file = await self._db.write(remove)
        await asyncio.to_thread(self._folder.drop, file)

    async def remove_rule(self, principal: Principal, rule_id: str) -> None:
        """Remove a rule that was added by itself.

        Raises:
            ConflictError: it belongs to a pack.
            NotFoundError: the tenant sees no such rule.
        """
        row = await self._db.read(lambda tx: self._stores.rules.get(tx, principal.tenant, rule_id))
        if row is None:
            raise NotFoundError(f"There is no rule {rule_id}.")
        if row.pack.kind is not PackKind.TEXT:
            raise ConflictError(f"This rule belongs to the pack {row.pack.name}. Remove that, or disable the rule.")
        await self.remove_pack(principal, row.pack.id)

    async def _must_fit(self, principal: Principal, file: str, instead_of: str | None = None) -> None:
        """Refuse an archive with too much text before its rules are tried."""
        packs = await self._db.read(lambda tx: self._stores.packs.packs(tx, principal.tenant))
        await asyncio.to_thread(self._check_text, packs, file, instead_of)

    def _check_text(self, packs: Sequence[tuple[Pack, str]], file: str, instead_of: str | None) -> None:
        """Refuse an archive with which a tenant's rules would be more text than the detection process can keep."""
        others = [
            other_file
            for other, other_file in packs
            if other.owner and not (other.kind is PackKind.ARCHIVE and other.name == instead_of)
        ]
        text = self._folder.text([*others, file])
        if text > MOST_TEXT:
            raise ConflictError(
                f"The rules of this tenant would have {text / 2**20:,.1f} MiB of text together; they may have"
                f" {MOST_TEXT // 2**20}. Remove packs that are not needed, or leave out what is long."
            )

    async def _add(self, principal: Principal, pack: Pack, file: str, read: ReadRules, *, whole: bool) -> AddReport:
        """Record a pack whose archive is kept under a name."""
        replaced: list[str] = []

        def record(tx: Tx) -> AddReport:
            replaced.clear()
            kept, packs = pack, self._stores.packs.packs(tx, principal.tenant)
            self._check_text(packs, file, None if whole else pack.name)  # others may have been added meanwhile
            for other, other_file in packs:
                if other.owner and not whole and other.kind is PackKind.ARCHIVE and other.name == pack.name:
                    kept = replace(pack, id=other.id)
                    replaced.append(other_file)
            _check_many(read, [other for other, _ in packs if other.owner and other.id != kept.id])
            used = self._stores.packs.taken(tx, principal.tenant, kept.id)
            double = [rule for rule in read.rules if rule.id in used]
            if double:
                raise ConflictError(_told(double, used[double[0].id]))
            size = self._stores.rules.instructions(tx, principal.tenant, kept.id)
            size += sum(rule.instructions for rule in read.rules)
            if size > _MOST_INSTRUCTIONS:
                raise ConflictError(
                    f"What this tenant's rules look for would have {size:,} instructions together; it may have"
                    f" {_MOST_INSTRUCTIONS:,}. Name no selection again and again in a condition, write expressions with"
                    " smaller counts, or remove packs."
                )
            kept = replace(kept, rules=len(read.rules), failing=len(read.failed))
            self._stores.packs.put(tx, kept, file, [*read.rules, *read.failed])
            tx.append(_entry(RULE_ADDED, principal, kept))
            return AddReport(kept, tuple(rule.id for rule in read.rules), tuple(map(fault, read.failed)))

        try:
            report = await self._db.write(record)
        except NetSentinelError as error:
            if not isinstance(error, UnavailableError) or isinstance(error, StorageFullError):
                self._folder.drop(file)  # otherwise it may have been recorded all the same: the next start tells
            raise
        for old in replaced:
            await asyncio.to_thread(self._folder.drop, old)
        return report

    def _pack(self, principal: Principal, pack_id: str, name: str, kind: PackKind, origin: str, licence: str) -> Pack:
        now = self._clock.now()
        return Pack(pack_id, principal.tenant, name, kind, origin, licence, 0, 0, now, principal.name)

    def _install(self, tx: Tx, installed: Sequence[Installed], read: ReadRules, fresh: str) -> None:
        now, ids = self._clock.now(), {_id_of(one.path) for one in installed}
        # First what is gone: where the program lies in another place now, its rules come again under another pack.
        for pack, _ in self._stores.packs.packs(tx, INSTALLED):
            if pack.id not in ids:
                self._stores.packs.drop(tx, INSTALLED, pack.id)
        for one in installed:
            mine = _within(read, one.path, [other.path for other in installed])
            pack = Pack(
                id=_id_of(one.path),
                owner=INSTALLED,
                name=one.name,
                kind=one.kind,
                origin=str(one.path),
                licence=one.licence or licence_of(one.path),
                rules=len(mine.rules),
                failing=len(mine.failed),
                added_at=now,
                added_by="",
            )
            self._stores.packs.put(tx, pack, str(one.path), [*mine.rules, *mine.failed])
        self._stores.packs.digest(tx, fresh)


def _id_of(path: Path) -> str:
    return "ins_" + blake2b(str(path).encode(), digest_size=8).hexdigest()


def _need_rules(read: ReadRules) -> None:
    if read.rules:
        return
    if read.failed:
        first = read.failed[0]
        raise InvalidInputError(
            f"None of its {len(read.failed)} rules can be loaded; the first fails at"
            f" {first.path}:{first.line}:{first.column}: {first.error}"
        )
    raise InvalidInputError("The archive holds no rules: they are read from .yml and .yaml files.")


def _entry(kind: str, principal: Principal, pack: Pack) -> NewEntry:
    payload = PackChange(pack.id, pack.name, pack.kind, pack.rules, pack.failing, pack.licence)
    return NewEntry(kind, principal.tenant, principal.id, pack.id, payload)


def _check_many(read: ReadRules, others: Sequence[Pack]) -> None:
    """Refuse rules with which a tenant would have more than it may."""
    many = len(read.rules) + len(read.failed) + sum(other.rules + other.failing for other in others)
    if many > MOST_RULES:
        raise ConflictError(
            f"This tenant would have {many:,} rules of its own; it may have {MOST_RULES:,}, those that fail included."
            " Remove packs that are not needed."
        )


def _told(double: Sequence[RuleFacts], pack: str) -> str:
    """Why rules cannot be added whose ids are taken."""
    first = f"The id {double[0].id} is already used in the pack {pack}"
    more = f", and {len(double) - 1} more are used" if len(double) > 1 else ""
    return f"{first}{more}. Remove that pack first, or add this one under its name."


def _within(read: ReadRules, root: Path, roots: Sequence[Path] = ()) -> ReadRules:
    """What was read below a path, with paths inside it; errors name rules of other roots by the names of those."""
    start = f"{root}!" if root.suffix.lower() == ".zip" else f"{root}/"

    def inside(rule: RuleFacts) -> RuleFacts:
        path = rule.path.removeprefix(start) if rule.path != str(root) else root.name
        error = rule.error.replace(start, "")
        for other in roots:
            error = error.replace(f"{other.parent}/", "")
        return msgspec.structs.replace(rule, path=path, error=error)

    def mine(rules: Sequence[RuleFacts]) -> tuple[RuleFacts, ...]:
        return tuple(inside(rule) for rule in rules if rule.path == str(root) or rule.path.startswith(start))

    return ReadRules(mine(read.rules), mine(read.failed))
