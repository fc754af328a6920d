"""What kind of event a Windows channel and event id are: Sigma's log source, OCSF's class, and how a logon ended."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from netsentinel.events.model import Logsource

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

_FILE, _DRIVER, _MODULE, _JOB, _PROCESS, _EVENT_LOG, _SCRIPT = 1001, 1002, 1005, 1006, 1007, 1008, 1009
_ACCOUNT, _AUTHENTICATION, _PRIVILEGES, _GROUP = 3001, 3002, 3003, 3006
_NETWORK, _DNS, _SMB = 4001, 4003, 4006
_REGISTRY_KEY, _REGISTRY_VALUE, _SERVICE = 201001, 201002, 201004

BY_OBJECT = -1
"""The class of an event about an object of any type: `object_class` says which it is."""

_CLASSES: dict[str, dict[int, int]] = {
    "sysmon": {
        **dict.fromkeys((1, 5, 8, 10, 25), _PROCESS),
        **dict.fromkeys((2, 11, 15, 23, 26, 27, 28, 29), _FILE),
        3: _NETWORK,
        6: _DRIVER,
        7: _MODULE,
        22: _DNS,
        12: _REGISTRY_KEY,
        13: _REGISTRY_VALUE,
        14: _REGISTRY_KEY,
    },
    "security": {
        1102: _EVENT_LOG,
        4657: _REGISTRY_VALUE,
        4672: _PRIVILEGES,
        4697: _SERVICE,
        **dict.fromkeys((4624, 4625, 4634, 4647, 4648, 4768, 4769, 4770, 4771, 4776, 4778, 4779), _AUTHENTICATION),
        **dict.fromkeys((4656, 4660, 4663), BY_OBJECT),
        **dict.fromkeys((4688, 4689), _PROCESS),
        **dict.fromkeys(range(4698, 4703), _JOB),
        **dict.fromkeys((*range(4720, 4727), 4738, *range(4740, 4744), 4767, 4781), _ACCOUNT),
        **dict.fromkeys((*range(4727, 4738), *range(4754, 4759)), _GROUP),
        5140: _SMB,
        5145: _SMB,
        5156: _NETWORK,
        5157: _NETWORK,
    },
    "system": {104: _EVENT_LOG, 7036: _SERVICE, 7040: _SERVICE, 7045: _SERVICE},
    "powershell": {4103: _SCRIPT, 4104: _SCRIPT},
    "powershell-classic": {800: _SCRIPT},
    "taskscheduler": dict.fromkeys((106, 140, 141, 200, 201), _JOB),
}
"""OCSF's class of each event, by Sigma's service; the registry and services are of its Windows extension."""

CHANGES_OF_ACCOUNTS = frozenset({_ACCOUNT, _GROUP})
"""Classes of what somebody did to an account or a group: the user is who did it, not what was changed."""

_OBJECTS = {
    "File": _FILE,
    "Key": _REGISTRY_KEY,
    "Process": _PROCESS,
    "SC_MANAGER OBJECT": _SERVICE,
    "SERVICE OBJECT": _SERVICE,
}

_NO_CLASSES: dict[int, int] = {}

_LOGONS = {4624: "success", 4625: "failure", 4771: "failure", 4776: ""}

SAYS_NOTHING = "-"
"""What Windows and Sysmon write where there is nothing to say."""

LINUX = "linux-sysmon/operational"
"""The channel of Sysmon for Linux, in small letters."""


def usual_logsources() -> Iterator[Logsource]:
    """Those of the channels and events that Sigma knows."""
    for product in ("windows", "linux"):
        yield from (Logsource(product=product, category=category, service="sysmon") for category in _SYSMON.values())
    for (service, _), category in _POWERSHELL.items():
        yield Logsource(product="windows", category=category, service=service)
    yield from (Logsource(product="windows", service=service) for service in _SERVICES.values())


_LONGEST = 255
"""Characters of a channel's name, as Windows allows."""


def logsource_of(channel: str, event_id: int) -> Logsource:
    """What Sigma calls the log of a channel, with the category of the event."""
    return _logsource_of(channel[:_LONGEST], event_id)


@lru_cache(maxsize=4096)
def _logsource_of(channel: str, event_id: int) -> Logsource:
    if channel.lower() == LINUX:
        return Logsource(product="linux", category=_SYSMON.get(event_id, ""), service="sysmon")
    service = _SERVICES.get(channel.lower(), "")
    category = _SYSMON.get(event_id, "") if service == "sysmon" else _POWERSHELL.get((service, event_id), "")
    return Logsource(product="windows", category=category, service=service)


def class_of(logsource: Logsource, event_id: int) -> int:
    """OCSF's class of an event; 0 where there is none, and `BY_OBJECT` where the object says."""
    return _CLASSES.get(logsource.service, _NO_CLASSES).get(event_id, 0)


def object_class(kind: Any) -> int:
    """OCSF's class of an access to an object of this type (`ObjectType`)."""
    return _OBJECTS.get(kind, 0) if type(kind) is str else 0


def outcome_of(logsource: Logsource, event_id: int) -> str:
    """How a logon ended."""
    return _LOGONS.get(event_id, "") if logsource.service == "security" else ""


def said(*values: Any) -> Any:
    """The first of some values that says something; Windows and Sysmon write `-` where there is nothing to say."""
    for value in values:
        if value and value != SAYS_NOTHING:
            return value
    return ""
