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
from netsentinel.events.model import Event, Logsource
from netsentinel.events.rows import Layout, RowEvent, RowParser
from netsentinel.kernel.types import Micros, TenantId

_CERTIFICATES = "certificateservicesclient-lifecycle-system"

_SERVICES = {
    "security": "security",
    "system": "system",
    "application": "application",
    "microsoft-windows-sysmon/operational": "sysmon",
    "microsoft-windows-powershell/operational": "powershell",
    "powershellcore/operational": "powershell",
    "windows powershell": "powershell-classic",
    "microsoft-windows-taskscheduler/operational": "taskscheduler",
    "microsoft-windows-wmi-activity/operational": "wmi",
    "microsoft-windows-windows defender/operational": "windefend",
    "microsoft-windows-bits-client/operational": "bits-client",
    "microsoft-windows-ntlm/operational": "ntlm",
    "microsoft-windows-dns-client/operational": "dns-client",
    "dns server": "dns-server",
    "microsoft-windows-dns-server/analytical": "dns-server-analytic",
    "microsoft-windows-driverframeworks-usermode/operational": "driver-framework",
    "microsoft-windows-codeintegrity/operational": "codeintegrity-operational",
    "microsoft-windows-smbclient/security": "smbclient-security",
    "microsoft-windows-smbclient/connectivity": "smbclient-connectivity",
    "microsoft-windows-smbserver/connectivity": "smbserver-connectivity",
    "microsoft-windows-ldap-client/debug": "ldap",
    "microsoft-windows-applocker/exe and dll": "applocker",
    "microsoft-windows-applocker/msi and script": "applocker",
    "microsoft-windows-applocker/packaged app-deployment": "applocker",
    "microsoft-windows-applocker/packaged app-execution": "applocker",
    "msexchange management": "msexchange-management",
    "openssh/operational": "openssh",
    "microsoft-servicebus-client": "microsoft-servicebus-client",
    "microsoft-windows-windows firewall with advanced security/firewall": "firewall-as",
    "microsoft-windows-terminalservices-localsessionmanager/operational": "terminalservices-localsessionmanager",
    "microsoft-windows-shell-core/operational": "shell-core",
    "microsoft-windows-security-mitigations/kernel mode": "security-mitigations",
    "microsoft-windows-security-mitigations/user mode": "security-mitigations",
    "microsoft-windows-diagnosis-scripted/operational": "diagnosis-scripted",
    "microsoft-windows-appxdeploymentserver/operational": "appxdeployment-server",
    "microsoft-windows-appmodel-runtime/admin": "appmodel-runtime",
    "microsoft-windows-appxpackaging/operational": "appxpackaging-om",
    f"microsoft-windows-{_CERTIFICATES}/operational": _CERTIFICATES,
    "microsoft-windows-capi2/operational": "capi2",
    "microsoft-windows-sense/operational": "sense",
    "microsoft-windows-vhdmp-operational": "vhdmp",
    "microsoft-windows-kernel-shimengine/operational": "kernel-shimengine",
    "microsoft-windows-kernel-eventtracing": "kernel-event-tracing",
    "microsoft-windows-iis-configuration/operational": "iis-configuration",
    "microsoft-windows-lsa/operational": "lsa-server",
}
"""Sigma's service of each channel (Sigma's windows logsource guide)."""

_SYSMON = {
    1: "process_creation",
    2: "file_change",
    3: "network_connection",
    4: "sysmon_status",
    5: "process_termination",
    6: "driver_load",
    7: "image_load",
    8: "create_remote_thread",
    9: "raw_access_thread",
    10: "process_access",
    11: "file_event",
    12: "registry_add",
    13: "registry_set",
    14: "registry_rename",
    15: "create_stream_hash",
    16: "sysmon_status",
    17: "pipe_created",
    18: "pipe_created",
    19: "wmi_event",
    20: "wmi_event",
    21: "wmi_event",
    22: "dns_query",
    23: "file_delete",
    24: "clipboard_capture",
    25: "process_tampering",
    26: "file_delete_detected",
    27: "file_block_executable",
    28: "file_block_shredding",
    29: "file_executable_detected",
    255: "sysmon_error",
}
"""Sigma's category of each Sysmon event (Sigma's sysmon logsource guide)."""

_POWERSHELL = {
    ("powershell", 4103): "ps_module",
    ("powershell", 4104): "ps_script",
    ("powershell-classic", 400): "ps_classic_start",
    ("powershell-classic", 600): "ps_classic_provider_start",
    ("powershell-classic", 800): "ps_classic_script",
    ("security", 4688): "process_creation",
}

_LOGONS = {4624: "success", 4625: "failure", 4771: "failure", 4776: ""}
_AUTHENTICATION = 3002


_LINUX = "linux-sysmon/operational"


@lru_cache(maxsize=4096)
def _logsource(channel: str, event_id: int) -> Logsource:
    if channel.lower() == _LINUX:
        return Logsource(product="linux", category=_SYSMON.get(event_id, ""), service="sysmon")
    service = _SERVICES.get(channel.lower(), "")
    category = _SYSMON.get(event_id, "") if service == "sysmon" else _POWERSHELL.get((service, event_id), "")
    return Logsource(product="windows", category=category, service=service)


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
        event = Event(
            tenant=tenant,
            source=source,
            format="windows",
            time=_time(native, shape.times),
            logsource=_logsource(channel, event_id),
            event_code=str(event_id),
            native=native,
            raw=raw,
        )
        for column, read, names in shape.columns:
            for name in names:
                said = native[name]
                if said:
                    setattr(event, column, said if read is text and type(said) is str else read(said))
                    break
        if event_id in _LOGONS and channel.lower() == "security":
            event.class_uid, event.action = _AUTHENTICATION, _LOGONS[event_id]
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
            event.user = user if type(user) is str else text(user)
        device = row.Computer or row.ComputerName or row.Hostname
        if device:
            event.device = device if type(device) is str else text(device)
        if self._is_process and (process := row.Image) is not UNSET:
            event.process = process if type(process) is str else text(process)
            event.file_hash = hashes if type(hashes := row.Hashes) is str else text(hashes)
            if file := row.TargetFilename or row.ImageLoaded:
                event.file = text(file)
            if (command := row.CommandLine) is not UNSET:
                event.command_line = command if type(command) is str else text(command)
                event.parent_process = parent if type(parent := row.ParentImage) is str else text(parent)
        elif self._has_new_process and row.NewProcessName is not UNSET:
            event.process, event.command_line = text(row.NewProcessName), text(row.CommandLine)
            event.parent_process = text(row.ParentProcessName)
        if self._has_network and any(self._network(row)):
            event.src_ip = _address(row.SourceIp or row.IpAddress or row.SourceAddress)
            event.src_port = number(row.SourcePort or row.IpPort)
            event.dst_ip = _address(row.DestinationIp or row.DestAddress)
            event.dst_port = number(row.DestinationPort or row.DestPort)
            event.domain = text(row.QueryName or row.DestinationHostname)
        return event

    def _new_kind(self, stated: str | int, channel: str) -> Callable[[], RowEvent]:
        """How to copy an event that has what all events with this id and channel have."""
        event_id = number(stated)
        kind = RowEvent(
            tenant=self._tenant,
            source=self._source,
            format="windows",
            time=0,
            logsource=_logsource(channel, event_id),
            event_code=str(event_id),
            native=cast("dict[str, Any]", None),
            row=None,
            layout=self._layout,
        )
        if event_id in _LOGONS and channel.lower() == "security":
            kind.class_uid, kind.action = _AUTHENTICATION, _LOGONS[event_id]
        if len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        copy: Callable[[], RowEvent] = cast("Any", kind).__copy__  # `copy.copy` would ask for it each time
        self._kinds[stated, channel] = copy
        return copy


def is_sysmon_linux(record: dict[str, Any]) -> bool:
    """Whether a flat record is one of Sysmon for Linux."""
    return record.get("EventID") is not None and text(record.get("Channel")).lower() == _LINUX


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
    said = text(value)
    return "" if said == "-" else said.removeprefix("::ffff:")


_COLUMNS: tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...] = (
    ("src_ip", _address, ("SourceIp", "IpAddress", "SourceAddress")),
    ("src_port", number, ("SourcePort", "IpPort")),
    ("dst_ip", _address, ("DestinationIp", "DestAddress")),
    ("dst_port", number, ("DestinationPort", "DestPort")),
    ("domain", text, ("QueryName", "DestinationHostname")),
    ("user", text, ("User", "TargetUserName", "SubjectUserName")),
    ("device", text, ("Computer", "ComputerName", "Hostname")),
)
"""Column, how it is read, and the names that it may have: the first that says something counts."""

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
    *("NewProcessName", "ParentProcessName"),
    *(name for _, _, names in _COLUMNS for name in names),
    *_TIMES,
)


_MOST_KINDS = 1024
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
