"""Lanes for `netsentinel bench detect`: streams of Windows process creations, made the same way every time.

Every event is a flat Sysmon record with the names that Sigma's rules speak, as log shippers send them, without the
rendered message. Ordinary events are what 500 people's machines start all day; attacks are templates that rules know.
On unique lanes no command line comes twice, so that nothing is gained by remembering command lines.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec

from netsentinel.cli.lane_programs import ATTACKS, ORDINARY

ATTACK_EVERY = 50
"""On an ordinary lane one event of so many is an attack: far more than real networks have, rules have to be busy."""

_SYSTEM32 = "C:\\Windows\\System32\\"
_CLOCK_STEP_MS = 7
_PEOPLE = 500
_SIBLINGS = 8
"""So many events in a row share the id of their parent."""
_RETURN_AFTER = 500
"""On the repeated lane ids, and so command lines, come back after so many events."""
_BUILDS = 3
"""Builds of each program in use at the same time; they differ in version and hashes."""

_HEAVIEST = tuple(accumulate(program.weight for program in ORDINARY))


class Lane(StrEnum):
    """How often command lines come back."""

    UNIQUE = "unique"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Stream:
    """What a stream of events is made of."""

    attacks: Sequence[dict[str, Any]]
    """Templates of attacks, in turn."""
    attack_every: int
    """One event of so many is an attack; 1 for attacks only."""
    lane: Lane
    first: int = 0
    """Number of the first event: streams with other numbers share no command line."""


def templates(file: Path | None) -> list[dict[str, Any]]:
    """The process creations of a file of Windows events, or the built-in attacks.

    Raises:
        InvalidInputError: the file has none.
        NotFoundError: there is no such file.
    """
    if file is None:
        return [_attack(*attack) for attack in ATTACKS]
    found = list(_creations(file))
    if not found:
        from netsentinel.kernel.errors import InvalidInputError

        raise InvalidInputError(f"{file} has no Windows process creations.")
    return found


def batches(stream: Stream, events: int, size: int) -> Iterator[bytes]:
    """Newline-separated JSON records, `size` at a time, each with a time and ids of its own."""
    last = stream.first + events
    for start in range(stream.first, last, size):
        yield b"\n".join(record(stream, number) for number in range(start, min(start + size, last)))


def record(stream: Stream, number: int) -> bytes:
    """One event of a stream, as JSON."""
    ident = number if stream.lane is Lane.UNIQUE else number % _RETURN_AFTER
    token = _token(ident)
    seconds, milliseconds = divmod(number * _CLOCK_STEP_MS, 1_000)
    own = {
        "UtcTime": f"2026-03-{2 + seconds // 86_400:02} {seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:"
        f"{seconds % 60:02}.{milliseconds:03}",
        "ProcessGuid": f"{{6c4b35a1-{token[:4]}-6650-{token[4:8]}-{token}}}",
        "ProcessId": str(1_000 + number % 60_000),
    }
    turn, is_ordinary = divmod(number, stream.attack_every)
    if is_ordinary:
        return msgspec.json.encode(_ordinary(ident, token) | own)
    template = stream.attacks[turn % len(stream.attacks)]
    return msgspec.json.encode(template | own | {"CommandLine": f"{template['CommandLine']} {token}"})


def _token(number: int) -> str:
    """Twelve hexadecimal digits, other ones for every number."""
    return blake2b(number.to_bytes(8, "big"), digest_size=6).hexdigest()


def _ordinary(number: int, token: str) -> dict[str, Any]:
    chance = int.from_bytes(blake2b(token.encode(), digest_size=8).digest(), "big")
    chance, at = divmod(chance, _HEAVIEST[-1])
    program = ORDINARY[bisect_right(_HEAVIEST, at)]
    chance, person = divmod(chance, _PEOPLE)
    user, build = f"user{person:03}", chance % _BUILDS
    words = {"h": token, "g": f"{token[:8]}-{token[8:]}-11d2-{token[:4]}-{token}", "u": user}
    siblings = {"s": _token(number // _SIBLINGS)}
    name = "NT AUTHORITY\\SYSTEM" if program.as_system else f"EXAMPLE\\{user}"
    return {
        **_identity(program.image, program.description, program.maker, build),
        "Computer": f"ws{person:03}.example.org",
        "CommandLine": program.command.format(**words),
        "CurrentDirectory": _SYSTEM32 if program.as_system else f"C:\\Users\\{user}\\",
        "User": name,
        "LogonGuid": f"{{6c4b35a1-fbf6-64b5-{person:04}-060000000000}}",
        "LogonId": "0x3e7" if program.as_system else f"0x627{person:03x}",
        "TerminalSessionId": "0" if program.as_system else "1",
        "IntegrityLevel": "System" if program.as_system else "Medium",
        "ParentProcessGuid": f"{{6c4b35a1-fc03-64b5-7b00-{siblings['s']}}}",
        "ParentProcessId": str(700 + number // _SIBLINGS % 20_000),
        "ParentImage": program.parent,
        "ParentCommandLine": program.parent_command.format(**siblings),
        "ParentUser": name,
    }


def _identity(image: str, description: str, maker: tuple[str, str], build: int) -> dict[str, Any]:
    """What a program's file says of itself, and where the event comes from."""
    digest = blake2b(f"{image} {build}".encode(), digest_size=32).hexdigest().upper()
    return {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Provider_Name": "Microsoft-Windows-Sysmon",
        "RuleName": "-",
        "Image": image,
        "FileVersion": f"10.0.22621.{build + 1} (WinBuild.160101.0800)",
        "Description": description,
        "Product": maker[1],
        "Company": maker[0],
        "OriginalFileName": image.rpartition("\\")[2],
        "Hashes": f"MD5={digest[:32]},SHA256={digest},IMPHASH={digest[32:]}",
    }


def _attack(program: str, parent: str, command: str) -> dict[str, Any]:
    return {
        **_identity(_SYSTEM32 + program, program, ("Microsoft Corporation", "Microsoft® Windows® Operating System"), 0),
        "Computer": "ws001.example.org",
        "CommandLine": command,
        "CurrentDirectory": "C:\\Users\\user001\\",
        "User": "EXAMPLE\\user001",
        "LogonGuid": "{6c4b35a1-fbf6-64b5-0001-060000000000}",
        "LogonId": "0x627001",
        "TerminalSessionId": "1",
        "IntegrityLevel": "Medium",
        "ParentProcessGuid": "{6c4b35a1-fc03-64b5-7b00-000000001000}",
        "ParentProcessId": "788",
        "ParentImage": _SYSTEM32 + parent,
        "ParentCommandLine": parent,
        "ParentUser": "EXAMPLE\\user001",
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
    for found in records:
        native = table(found)
        if not windows.recognises(native):
            continue
        event = windows.parse(native, b"", DEFAULT_TENANT, "bench")
        if event.logsource.category == "process_creation" and isinstance(event.native.get("CommandLine"), str):
            yield {name: value for name, value in event.native.items() if name not in {"Message", "Event"}}
