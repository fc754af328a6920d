"""Which small files of the lake become one next, and which are left alone because that failed with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from netsentinel.events.lake.model import LakeFile
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import MIB, Micros, TenantId

MERGE_AT = 12
"""So many small files of one tenant, day and class become one."""

_FEWEST = 2
_SMALL_BYTES = 16 * MIB
_MERGED_BYTES = 64 * MIB

_Group = tuple[TenantId, int, int, int]
"""Tenant, day and class of events, and the day on which they were stored."""


class Merges:
    """Chooses files to merge, and remembers what failed: half as many of them are tried then, in the end none of two.

    So files that cannot be read keep few others from being merged, and what takes too long is merged in smaller parts.
    """

    def __init__(self) -> None:
        self._most: dict[_Group, int] = {}
        """So many files at once, in groups where more of them failed."""
        self._left: dict[str, Micros] = {}
        """Files that are left alone, until when."""

    def due(self, files: Iterable[LakeFile], now: Micros) -> list[list[LakeFile]]:
        """Of each group that has many small files, those that become one next: the smallest ones."""
        self._left = {path: until for path, until in self._left.items() if until > now}
        groups: dict[_Group, list[LakeFile]] = defaultdict(list)
        for file in files:
            if file.size < _SMALL_BYTES and file.path not in self._left:
                groups[_group_of(file)].append(file)
        self._most = {group: most for group, most in self._most.items() if group in groups}
        return [_first(small)[: self._most.get(group)] for group, small in groups.items() if len(small) >= MERGE_AT]

    def failed(self, files: Sequence[LakeFile], now: Micros) -> None:
        """Take note that these could not become one: fewer of them next time, and none of two for a day."""
        group = _group_of(files[0])
        if len(files) > _FEWEST:
            self._most[group] = max(_FEWEST, len(files) // 2)
        else:
            self._most.pop(group, None)
            self._left |= dict.fromkeys((file.path for file in files), now + DAY)


def _group_of(file: LakeFile) -> _Group:
    return file.tenant, file.day, file.class_uid, file.stored_at // DAY


def _first(group: Sequence[LakeFile]) -> list[LakeFile]:
    """The smallest files of a group, as many as make one file of a good size."""
    chosen: list[LakeFile] = []
    size = 0
    for file in sorted(group, key=lambda one: (one.size, one.path)):
        if chosen and size + file.size > _MERGED_BYTES:
            break
        chosen.append(file)
        size += file.size
    return chosen
