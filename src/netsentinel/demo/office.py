"""An ordinary half hour in an office of 25: browsing, mail, files, updates, administration and a backup.

Nothing in here may raise an alert.
"""

import random
from collections.abc import Iterator

from netsentinel.demo import cast, eve, zeek
from netsentinel.demo.conversations import converse
from netsentinel.demo.model import DURATION, Machine, Request, StoryLine
from netsentinel.demo.traffic import MILLISECOND, between, fetch, lookup, over, secure
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import MIB, Micros

_VISITS = 10
"""Sites that each person opens; more would only make the demo longer."""

_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
_BROWSER_JA3 = "b32309a26951912be7dba376398abc3b"
_WINDOWS_UPDATE = "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.61"
_APT = "Debian APT-HTTP/1.3 (2.6.1)"
_OPENSSH = "OpenSSH_9.2p1 Debian-2+deb12u2"
_PAGES = ("/", "/news", "/canteen", "/people?page=2", "/tickets/4711", "/img/logo.png", "/search?q=holiday+form")
_DOCUMENTS = ("Sales\\offer-2041.docx", "Finance\\budget.xlsx", "HR\\holiday-form.docx", "Projects\\north\\plan.pptx")
_DIRECTORY_SERVICES = ((88, "krb"), (389, "ldap"), (445, "smb"))
_CHATTER = (2_210_044, "SURICATA STREAM Packet with invalid timestamp", "Generic Protocol Command Decode", 3)
_ODD_PACKETS = 0.02  # a few packets are always odd; severity 3 says that nobody needs to look


def office(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """Everything that goes on beside the attack, in no particular order."""
    for station in cast.WORKSTATIONS:
        for _ in range(_VISITS):
            yield from _browse(rng, station, _sometime(rng, start))
        for _ in range(3):
            yield from _read_intranet(rng, station, _sometime(rng, start))
            yield from _read_mail(rng, station, _sometime(rng, start))
        for _ in range(2):
            yield from _open_document(rng, station, _sometime(rng, start))
            yield from _ask_directory(rng, station, _sometime(rng, start))
    yield from _updates(rng, start)
    yield from _outgoing_mail(rng, start)
    yield from _administration(rng, start)
    yield from _backup(rng, start)


def _sometime(rng: random.Random, start: Micros) -> Micros:
    return start + rng.randrange(DURATION - 2 * MINUTE)


def _browse(rng: random.Random, station: Machine, at: Micros) -> Iterator[StoryLine]:
    site = rng.choice(cast.SITES)
    yield from lookup(rng, station, site.name, site.address, at)
    talk = converse(
        rng,
        station.address,
        site.address,
        443,
        start=at + 40 * MILLISECOND,
        duration=between(rng, 2 * SECOND, 90 * SECOND),
        sent=rng.randint(1_500, 60_000),
        received=rng.randint(8_000, 4 * MIB),
        service="ssl",
    )
    yield from secure(talk, site.name, ja3=_BROWSER_JA3)
    if rng.random() < _ODD_PACKETS:
        yield eve.alert(talk, talk.start + SECOND, _CHATTER)


def _read_intranet(rng: random.Random, station: Machine, at: Micros) -> Iterator[StoryLine]:
    pages = [
        Request(host=cast.WEB_SERVER.name, url=page, agent=_BROWSER, length=rng.randint(900, 40_000))
        for page in rng.sample(_PAGES, 2)
    ]
    _, lines = fetch(rng, station, cast.WEB_SERVER, at, pages)
    yield from lines


def _read_mail(rng: random.Random, station: Machine, at: Micros) -> Iterator[StoryLine]:
    talk = converse(
        rng,
        station.address,
        cast.MAIL_SERVER.address,
        993,
        start=at,
        duration=between(rng, SECOND, 20 * SECOND),
        sent=rng.randint(800, 4_000),
        received=rng.randint(2_000, 300_000),
        service="ssl",
    )
    yield from secure(talk, cast.MAIL_SERVER.name, ja3=_BROWSER_JA3)


def _open_document(rng: random.Random, station: Machine, at: Micros) -> Iterator[StoryLine]:
    size = rng.randint(20_000, 6 * MIB)
    talk = converse(
        rng,
        station.address,
        cast.FILE_SERVER.address,
        445,
        start=at,
        duration=between(rng, SECOND, 15 * SECOND),
        sent=rng.randint(2_000, 9_000),
        received=size,
        service="smb",
    )
    share = f"\\\\{cast.FILE_SERVER.name}\\office"
    yield zeek.smb_mapping(talk, at + 20 * MILLISECOND, share)
    document = rng.choice(_DOCUMENTS)
    yield zeek.smb_files(talk, at + 50 * MILLISECOND, share, document, action="SMB::FILE_OPEN", size=size)
    yield from over(talk)


def _ask_directory(rng: random.Random, station: Machine, at: Micros) -> Iterator[StoryLine]:
    port, service = rng.choice(_DIRECTORY_SERVICES)
    talk = converse(
        rng,
        station.address,
        cast.DIRECTORY.address,
        port,
        start=at,
        duration=between(rng, 5 * MILLISECOND, 400 * MILLISECOND),
        sent=rng.randint(300, 2_000),
        received=rng.randint(300, 3_000),
        service=service,
    )
    yield from over(talk)


def _updates(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    for station in rng.sample(cast.WORKSTATIONS, 8):
        patch = Request(
            host=cast.UPDATE_SITE.name,
            url=f"/c/msdownload/update/software/secu/kb{rng.randint(5_030_000, 5_050_000)}.cab",
            agent=_WINDOWS_UPDATE,
            mime="application/vnd.ms-cab-compressed",
            length=rng.randint(MIB, 40 * MIB),
        )
        _, lines = fetch(rng, station, cast.UPDATE_SITE, _sometime(rng, start), [patch])
        yield from lines
    for server in (cast.JUMP_HOST, cast.MAIL_SERVER):
        at = _sometime(rng, start)
        yield from lookup(rng, server, cast.DEBIAN_MIRROR.name, cast.DEBIAN_MIRROR.address, at, resolver=cast.RESOLVER)
        index = Request(
            host=cast.DEBIAN_MIRROR.name,
            url="/debian/dists/bookworm/InRelease",
            agent=_APT,
            mime="application/octet-stream",
            length=151_082,
        )
        _, lines = fetch(rng, server, cast.DEBIAN_MIRROR, at + 50 * MILLISECOND, [index])
        yield from lines


def _outgoing_mail(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    for _ in range(14):
        partner, at = rng.choice(cast.MAIL_PARTNERS), _sometime(rng, start)
        yield from lookup(rng, cast.MAIL_SERVER, partner.name, partner.address, at, resolver=cast.RESOLVER)
        talk = converse(
            rng,
            cast.MAIL_SERVER.address,
            partner.address,
            25,
            start=at + 60 * MILLISECOND,
            duration=between(rng, SECOND, 6 * SECOND),
            sent=rng.randint(4_000, 3 * MIB),
            received=rng.randint(600, 1_500),
            service="smtp",
        )
        yield from over(talk)


def _administration(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    logins = ((cast.JUMP_HOST, False), (cast.JUMP_HOST, True), (cast.WEB_SERVER, True), (cast.MAIL_SERVER, True))
    at = start + 20 * SECOND
    for server, success in logins:  # the first password was mistyped
        talk = converse(
            rng,
            cast.ADMIN_STATION.address,
            server.address,
            22,
            start=at,
            duration=between(rng, 60 * SECOND, 200 * SECOND) if success else 9 * SECOND,
            sent=rng.randint(6_000, 30_000) if success else 2_400,
            received=rng.randint(20_000, 200_000) if success else 2_900,
            service="ssh",
        )
        yield zeek.ssh(talk, at + 3 * SECOND, success=success, attempts=2, client=_OPENSSH, server=_OPENSSH)
        yield from over(talk)
        at = talk.end + between(rng, 20 * SECOND, 60 * SECOND)


def _backup(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    at = start + MINUTE
    for server, size in (
        (cast.FILE_SERVER, 1_900 * MIB),
        (cast.MAIL_SERVER, 640 * MIB),
        (cast.WEB_SERVER, 210 * MIB),
    ):
        talk = converse(
            rng,
            cast.BACKUP.address,
            server.address,
            22,
            start=at,
            duration=size * SECOND // (110 * MIB),
            sent=size // 900,
            received=size,
            service="ssh",
        )
        yield zeek.ssh(talk, at + 200 * MILLISECOND, success=True, attempts=1, client=_OPENSSH, server=_OPENSSH)
        yield from over(talk)
        at = talk.end + 5 * SECOND
