"""Windows event logs as JSON: the nested tree of an .evtx file, or the flat records of log shippers.

Sigma's rules speak the flat names of the event's data (`EventID`, `CommandLine`, `Image`), so a nested event gets those
names beside its own tree; nothing of what was given is changed or left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

from msgspec import UNSET

from netsentinel.events.columns import iso_time, number, table, text
from netsentinel.events.formats.windows_kinds import (
    BY_OBJECT,
    CHANGES_OF_ACCOUNTS,
    LINUX,
    SAYS_NOTHING,
    class_of,
    logsource_of,
    object_class,
    outcome_of,
    said,
)
from netsentinel.events.model import Event
from netsentinel.events.rows import Layout, RowEvent, RowParser
from netsentinel.kernel.types import Micros, TenantId


class WindowsFormat:
    """Reads Windows events: `Event.System` trees as evtx tools write them, and flat records with `EventID`."""

    name = "windows"

    def __init__(self) -> None:
        self.row_names = _ROW_NAMES
        self.nested_names = _NESTED | {"event_type"}

    def recognises(self, record: dict[str, Any]) -> bool:
        """An `Event.System` tree, or a flat `EventID` beside a channel or provider."""
        if "event_type" in record:
            return False
        if "EventID" in record and ("Channel" in record or not record.keys().isdisjoint(_BESIDE_EVENT_ID)):
            return True
        if "System" in table(record.get("Event")) or "event_id" in table(record.get("winlog")):
            return True
        return "winlog.event_id" in record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event; its `native` is the given tree with the flat names beside it.

        Raises:
            ValueError: the record has no event id.
        """
        shape = (_shape if len(raw) <= _USUAL_BYTES else _shape.__wrapped__)(tuple(record))
        native = record
        if not shape.flat:
            native = flatten(record)
            shape = (_shape if len(raw) <= _USUAL_BYTES else _shape.__wrapped__)(tuple(native))
        stated = native.get("EventID")
        if stated is None:
            raise ValueError("a Windows event needs its EventID")
        event_id, channel = number(stated), text(native.get("Channel"))
        logsource = logsource_of(channel, event_id)
        event = Event(
            tenant=tenant,
            source=source,
            format="windows",
            time=_time(native, shape.times),
            class_uid=class_of(logsource, event_id),
            logsource=logsource,
            action=outcome_of(logsource, event_id),
            event_code=str(event_id),
            native=native,
            raw=raw,
        )
        for column, read, names in shape.columns:
            for name in names:
                value = native[name]
                if value and value != SAYS_NOTHING:
                    setattr(event, column, value if read is text and type(value) is str else read(value))
                    break
        if event.class_uid in CHANGES_OF_ACCOUNTS:
            event.user = _changer(native.get("SubjectUserName"), event.user)
        if event.class_uid == BY_OBJECT:
            event.class_uid = object_class(native.get("ObjectType"))
        return event

    def row_parser(self, layout: Layout, tenant: TenantId, source: str) -> RowParser:
        """How to make events of flat records with a channel; others are left to `parse`."""
        return _WindowsRows(layout, tenant, source).event


class _WindowsRows:
    """Makes the events of rows of one layout. What all events of a kind share is copied from the first of them."""

    def __init__(self, layout: Layout, tenant: TenantId, source: str) -> None:
        self._layout = layout
        self._tenant = tenant
        self._source = source
        self._times = layout.getter(_TIMES)
        times = (layout.attributes[name] for name in _TIMES if name in layout.attributes)
        self._time: Callable[[Any], Any] = attrgetter(next(times, _TIMES[0]))
        self._is_process = "Image" in layout.attributes
        self._has_new_process = "NewProcessName" in layout.attributes
        self._has_program = self._is_process or self._has_new_process
        self._network = layout.getter(tuple(name for _, _, names in _COLUMNS[:_NETWORK] for name in names))
        self._has_network = any(name in layout.attributes for _, _, names in _COLUMNS[:_NETWORK] for name in names)
        self._kinds: dict[tuple[str | int, str], Callable[[], RowEvent]] = {}

    def event(self, row: Any, raw: bytes) -> Event | None:
        stated, channel = row.EventID, row.Channel
        if type(channel) is not str or (type(stated) is not int and type(stated) is not str):
            return None
        event = (self._kinds.get((stated, channel)) or self._new_kind(stated, channel))()
        event.raw, event.row = raw, row
        try:
            event.time = iso_time(self._time(row))
        except (ValueError, TypeError):  # not stated there, or no time
            event.time = _first_time(self._times(row))
        # Texts are taken as they are; what else may stand there `text` sorts out.
        user = row.User or row.TargetUserName or row.SubjectUserName
        if user:
            if user == SAYS_NOTHING:
                user = said(row.TargetUserName, row.SubjectUserName)
            event.user = user if type(user) is str else text(user)
        device = row.Computer or row.ComputerName or row.Hostname
        if device:
            if device == SAYS_NOTHING:
                device = said(row.ComputerName, row.Hostname)
            event.device = device if type(device) is str else text(device)
        if self._has_program:
            self._take_program(event, row)
        if self._has_network and any(self._network(row)):
            self._take_network(event, row)
        if event.class_uid in _OF_MORE:
            self._take_subject(event, row)
        return event

    @staticmethod
    def _take_subject(event: Event, row: Any) -> None:
        """What was accessed, or who changed an account."""
        if event.class_uid == BY_OBJECT:
            event.class_uid = object_class(row.ObjectType)
        else:
            event.user = _changer(row.SubjectUserName, event.user)

    def _take_program(self, event: Event, row: Any) -> None:
        if self._is_process and (process := row.Image) is not UNSET:
            hashes, command = row.Hashes, row.CommandLine
            event.process = process if type(process) is str and process != SAYS_NOTHING else ""
            event.file_hash = hashes if type(hashes) is str and hashes != SAYS_NOTHING else ""
            if row.TargetFilename or row.ImageLoaded:
                event.file = text(said(row.TargetFilename, row.ImageLoaded))
            if command is not UNSET:
                parent = row.ParentImage
                event.command_line = command if type(command) is str and command != SAYS_NOTHING else ""
                event.parent_process = parent if type(parent) is str and parent != SAYS_NOTHING else ""
        elif self._has_new_process and row.NewProcessName is not UNSET:
            event.process, event.command_line = text(said(row.NewProcessName)), text(said(row.CommandLine))
            event.parent_process = text(said(row.ParentProcessName))

    def _take_network(self, event: Event, row: Any) -> None:
        event.src_ip = _address(said(row.SourceIp, row.IpAddress, row.SourceAddress))
        event.src_port = number(said(row.SourcePort, row.IpPort))
        event.dst_ip = _address(said(row.DestinationIp, row.DestAddress))
        event.dst_port = number(said(row.DestinationPort, row.DestPort))
        event.domain = text(said(row.QueryName, row.DestinationHostname))

    def _new_kind(self, stated: str | int, channel: str) -> Callable[[], RowEvent]:
        """How to copy an event that has what all events with this id and channel have."""
        event_id = number(stated)
        logsource = logsource_of(channel, event_id)
        kind = RowEvent(
            tenant=self._tenant,
            source=self._source,
            format="windows",
            time=0,
            class_uid=class_of(logsource, event_id),
            logsource=logsource,
            action=outcome_of(logsource, event_id),
            event_code=str(event_id),
            native=cast("dict[str, Any]", None),
            row=None,
            layout=self._layout,
        )
        copy: Callable[[], RowEvent] = cast("Any", kind).__copy__  # `copy.copy` would ask for it each time
        if len(channel) + len(str(stated)) > _LONGEST_KIND:
            return copy
        if len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        self._kinds[stated, channel] = copy
        return copy


def is_sysmon_linux(record: dict[str, Any]) -> bool:
    """Whether a flat record is one of Sysmon for Linux."""
    return record.get("EventID") is not None and text(record.get("Channel")).lower() == LINUX


_BESIDE_EVENT_ID = frozenset({"Channel", "Provider_Name", "ProviderName", "SourceName", "ProviderGuid", "LogName"})


_NESTED = frozenset({"Event", "winlog", "winlog.event_id"})
"""Where the names of nested events begin."""


def flatten(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the flat names of a nested event beside its own; a flat record stays as it is."""
    tree = table(record.get("Event"))
    if tree:
        flat = _system(table(tree.get("System")))
        for part in ("EventData", "UserData"):
            flat.update(_data(tree.get(part)))
        return {**record, **flat}
    winlog = table(record.get("winlog"))
    if winlog:
        flat: dict[str, Any] = {
            "EventID": winlog.get("event_id"),
            "Channel": winlog.get("channel"),
            "Provider_Name": winlog.get("provider_name"),
            "Computer": winlog.get("computer_name"),
        }
        flat.update(table(winlog.get("event_data")))
        return {**record, **flat}
    if "winlog.event_id" in record:
        return {**record, **_dotted(record)}
    return record


_DOTTED = {
    "winlog.event_id": "EventID",
    "winlog.channel": "Channel",
    "winlog.provider_name": "Provider_Name",
    "winlog.computer_name": "Computer",
}
_EVENT_DATA = "winlog.event_data."


def _dotted(record: dict[str, Any]) -> dict[str, Any]:
    """ECS with dotted names, as searches export it."""
    flat = {name: record[key] for key, name in _DOTTED.items() if key in record}
    return flat | {key.removeprefix(_EVENT_DATA): record[key] for key in record if key.startswith(_EVENT_DATA)}


def _system(system: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in system.items():
        if type(value) is dict:
            inner = cast("dict[str, Any]", value)
            attributes = inner.get("#attributes")
            if type(attributes) is not dict or not attributes:
                attributes = _attributes(inner)
            for name, item in cast("dict[str, Any]", attributes).items():
                flat[f"{key}_{name}"] = item
            if "#text" in inner:
                flat[key] = inner["#text"]
        elif value is not None:
            flat[key] = value
    return flat


def _attributes(node: dict[str, Any]) -> dict[str, Any]:
    inner = table(node.get("#attributes"))
    return inner or {key.lstrip("@"): value for key, value in node.items() if key.startswith("@")}


def _data(part: Any) -> dict[str, Any]:
    """The values of `EventData` or `UserData`: by name, or as `Data` elements that may carry a name each."""
    flat: dict[str, Any] = {}
    for key, value in table(part).items():
        if key == "Data":
            flat.update(_elements(value))
        elif type(value) is dict:
            inner = cast("dict[str, Any]", value)
            flat.update({name: item for name, item in inner.items() if name != "#attributes"})
        elif key != "#attributes":
            flat[key] = value
    return flat


def _elements(value: Any) -> dict[str, Any]:
    """`Data` elements: each under its name; those without one together under `Data`."""
    flat: dict[str, Any] = {}
    unnamed: list[Any] = []
    for item in cast("list[Any]", value) if type(value) is list else [value]:
        if type(item) is not dict:
            unnamed.append(item)
            continue
        node = cast("dict[str, Any]", item)
        said, name = node.get("#text"), _attributes(node).get("Name")
        if type(name) is str:
            flat[name] = said
        else:
            unnamed += cast("list[Any]", said) if type(said) is list else [said]
    if unnamed:
        flat["Data"] = unnamed[0] if len(unnamed) == 1 else unnamed
    return flat


def _address(value: Any) -> str:
    return text(value).removeprefix("::ffff:")


_COLUMNS: tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...] = (
    ("src_ip", _address, ("SourceIp", "IpAddress", "SourceAddress")),
    ("src_port", number, ("SourcePort", "IpPort")),
    ("dst_ip", _address, ("DestinationIp", "DestAddress")),
    ("dst_port", number, ("DestinationPort", "DestPort")),
    ("domain", text, ("QueryName", "DestinationHostname")),
    ("user", text, ("User", "TargetUserName", "SubjectUserName")),
    ("device", text, ("Computer", "ComputerName", "Hostname")),
)
"""Column, how it is read, and the names that it may have: the first that says something counts (`-` says nothing)."""


def _changer(subject: Any, changed: str) -> str:
    """Who changed an account or a group; the account where a machine did it by itself, as it locks one out."""
    who = text(said(subject, changed))
    return changed if who.endswith("$") else who


_OF_MORE = CHANGES_OF_ACCOUNTS | {BY_OBJECT}
"""Classes of which more than the usual columns counts."""

_NETWORK = 5
"""So many of these columns are of the network."""

_PROCESS = ("process", text, ("Image",))
_FILES = ("file", text, ("TargetFilename", "ImageLoaded"))
_NEW_PROCESS = (
    ("process", text, ("NewProcessName",)),
    ("command_line", text, ("CommandLine",)),
    ("parent_process", text, ("ParentProcessName",)),
)
_TIMES = ("TimeCreated_SystemTime", "SystemTime", "@timestamp", "UtcTime", "EventTime", "TimeCreated")


_ROW_NAMES = (
    *("EventID", "Channel", "Image", "Hashes", "TargetFilename", "ImageLoaded", "CommandLine", "ParentImage"),
    *("NewProcessName", "ParentProcessName", "ObjectType"),
    *(name for _, _, names in _COLUMNS for name in names),
    *_TIMES,
)


_MOST_KINDS, _LONGEST_KIND = 1024, 512
"""So many event ids and channels of one layout are remembered."""

_USUAL_BYTES = 16 * 1024
"""The names in larger events are not remembered: whoever sends them could make that costly."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the names in an event say about where its columns are."""

    flat: bool
    """Whether nothing of it is nested: its names are the flat ones already."""
    times: tuple[str, ...]
    columns: tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...]


@lru_cache(maxsize=256)
def _shape(names: tuple[str, ...]) -> _Shape:
    """The events of one kind all have the same names, so where to look is worked out once for each kind."""
    given = frozenset(names)
    columns = [*_COLUMNS]
    if "Image" in given:
        columns.append(_PROCESS)
        if "CommandLine" in given:
            columns += [("command_line", text, ("CommandLine",)), ("parent_process", text, ("ParentImage",))]
        columns += [("file_hash", text, ("Hashes",)), _FILES]
    elif "NewProcessName" in given:
        columns += _NEW_PROCESS
    present = ((column, read, tuple(name for name in where if name in given)) for column, read, where in columns)
    flat = given.isdisjoint(_NESTED)
    return _Shape(flat, tuple(name for name in _TIMES if name in given), tuple(one for one in present if one[2]))


def _time(native: dict[str, Any], names: tuple[str, ...]) -> Micros:
    return _first_time(native[name] for name in names)


def _first_time(stated: Iterable[Any]) -> Micros:
    """The first time that can be read; 0 where the event states none."""
    for value in stated:
        if value and type(value) is str:
            try:
                return iso_time(value)
            except ValueError:
                continue
    return 0
