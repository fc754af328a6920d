"""The guides for OpenCanary and Cowrie with the real honeypots: set up as written, touched, followed, told of."""

import ftplib
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import pytest

from tests.integration.test_watch import watching
from tests.live_server import LiveServer, free_port, wait_for
from tests.programs import require_program

pytestmark = pytest.mark.long
GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guide"
SERVICES = ("ftp", "http", "redis", "telnet", "mongodb")
LOGIN, TAKEOVER = "c10c557b-aafa-4ebf-bf24-4d7e58840a22", "421c56fe-6389-410b-b3e3-a96d6e775436"
ACCEPTED, DOWNLOAD = "4ecd0d99-788f-42d6-b207-2509ae31fc47", "314cae64-80e3-4068-a83e-ac4d88a2a1c3"
DROPPED, PLANTED = "c65417bb-ceba-4d18-9814-8e68bc998b93", "4592d5cf-4e94-429a-8b65-72d325f70871"
TOUCHED = "honeypot.touch"


def block(guide: str, language: str) -> str:
    """The first block of a language in a guide: what it says that the honeypot needs."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    (found, *_) = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(found)


@contextmanager
def running(arguments: list[str], folder: Path, bin_folder: Path, ports: list[int], **other: Any) -> Iterator[None]:
    """A honeypot in its folder, until all its ports answer."""
    environment = {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    said = folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            arguments, cwd=folder, env=environment | other.pop("env", {}), stdout=out, stderr=out, **other
        )
    try:
        wait_for(lambda: process.poll() is not None or all(map(answers, ports)), 60, every=0.1)
        assert process.poll() is None, said.read_text(encoding="utf-8", errors="replace")
        yield
    finally:
        process.kill()
        process.wait(10)


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Visitor:
    """Somebody who talks to a service as a program would, line by line."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._heard = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, message: bytes, *, after: bytes = b"") -> None:
        """Wait for a word where one is given, then say something."""
        if after:
            self.hear(after)
        self._socket.sendall(message)

    def hear(self, word: bytes) -> None:
        while word not in self._heard:
            heard = self._socket.recv(4_096)
            assert heard, f"{word!r} never came: {self._heard!r}"
            self._heard += heard
        self._heard = self._heard.partition(word)[2]


class Alerts:
    """What the server has to tell about a source."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server

    def get(self, path: str, **query: Any) -> Any:
        with self._server.client() as http:
            answer = http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rules(self) -> set[str]:
        return {alert["rule_id"] for alert in self.get("/api/v2/alerts", limit=100)["items"]}

    def source(self, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.get("/api/v2/sources")["items"]
        return next((one for one in found if one["name"] == name), {"events": 0})

    def events(self, *where: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/api/v2/events", where=list(where), limit=100)["items"]
        return found


def touch_opencanary(port: dict[str, int]) -> None:
    """A visit to each service that was switched on."""
    ftp = ftplib.FTP()  # noqa: S321 - a honeypot on loopback
    ftp.connect("127.0.0.1", port["ftp"], 10)
    with pytest.raises(ftplib.error_perm):
        ftp.login("backup", "s3cret")  # a made-up one
    ftp.close()
    url, form = f"http://127.0.0.1:{port['http']}/index.html", {"username": "admin", "password": "x"}
    for data in (None, urllib.parse.urlencode(form).encode()):
        with urllib.request.urlopen(url, data, timeout=10) as answer:
            answer.read()
    with Visitor(port["redis"]) as visitor:
        visitor.say(b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$3\r\ndir\r\n$4\r\n/tmp\r\n")
        visitor.hear(b"NOAUTH")
    with Visitor(port["telnet"]) as visitor:
        visitor.say(b"root\r\n", after=b"Username: ")
        visitor.say(b"toor\r\n", after=b"Password: ")
    fields = b"\x10saslStart\0\1\0\0\0" + b"\x02user\0" + struct.pack("<i", 6) + b"mongo\0"
    body = struct.pack("<iB", 0, 0) + struct.pack("<i", len(fields) + 5) + fields + b"\0"
    with Visitor(port["mongodb"]) as visitor:
        visitor.say(struct.pack("<iiii", len(body) + 16, 7, 0, 2013) + body)
        visitor.hear(b"errmsg")


def test_opencanary_as_the_guide_sets_it_up(tmp_path: Path) -> None:
    bin_folder = require_program("opencanary").parent
    port = {name: free_port() for name in SERVICES}
    log = tmp_path / "opencanary.log"
    settings: dict[str, Any] = json.loads("{" + block("opencanary.md", "json") + "}")
    settings["logger"]["kwargs"]["handlers"]["file"]["filename"] = str(log)
    settings["device.listen_addr"] = "127.0.0.1"
    for name in SERVICES:
        settings |= {f"{name}.enabled": True, f"{name}.port": port[name], f"{name}.listen_addr": "127.0.0.1"}
    (tmp_path / "opencanary.conf").write_text(json.dumps(settings))
    # What `opencanaryd --dev` does, without sudo and with the PID file in this folder.
    daemon = [str(bin_folder / "twistd"), "-noy", str(bin_folder / "opencanary.tac"), "--pidfile", "opencanary.pid"]
    with (
        LiveServer(tmp_path) as server,
        running(daemon, tmp_path, bin_folder, list(port.values())),
        watching(log, server),
    ):
        alerts = Alerts(server)
        touch_opencanary(port)
        wait_for(lambda: alerts.rules() >= {LOGIN, TAKEOVER, TOUCHED}, 60, every=0.5)
        lines = len(log.read_text(encoding="utf-8").splitlines())
        source = wait_for(lambda: found if (found := alerts.source("opencanary"))["events"] >= lines else None, 30)
        assert (source["format"], source["rejected"]) == ("opencanary", 0)
        tried = wait_for(lambda: found if len(found := alerts.events("action=failure")) >= 3 else None, 30, every=0.5)
        assert {event["user"] for event in tried} >= {"backup", "admin", "root"}
        assert {event["device"] for event in tried} == {settings["device.node_id"]}
        codes = {event["event_code"] for event in alerts.events("src_ip=127.0.0.1")}
        assert codes >= {"2000", "3000", "3001", "6001", "17001", "20001"}


def touch_cowrie(port: int) -> None:
    """A password that fails, one that passes, and what comes then."""
    with Visitor(port) as visitor:
        visitor.say(b"root\r\n", after=b"login: ")
        visitor.say(b"root\r\n", after=b"Password: ")
        visitor.say(b"root\r\n", after=b"login: ")
        visitor.say(b"hunter2\r\n", after=b"Password: ")
        visitor.say(b"wget http://127.0.0.1:9/x\r\n", after=b"# ")
        visitor.say(b"mkdir /root/.ssh; echo ssh-rsa AAAA >> /root/.ssh/authorized_keys\r\n", after=b"# ")
        visitor.say(b"exit\r\n", after=b"# ")


def test_cowrie_as_the_guide_sets_it_up(tmp_path: Path) -> None:
    bin_folder = require_program("cowrie").parent
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="cowrie-") as name:
        folder = Path(name)
        other: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            other = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            folder.chmod(0o777)
        command = str(bin_folder / "cowrie")
        subprocess.run([command, "init"], cwd=folder, check=True, capture_output=True, timeout=60, **other)
        telnet = (
            f"[ssh]\nenabled = false\n[telnet]\nenabled = true\nlisten_endpoints = tcp:{port}:interface=127.0.0.1\n"
        )
        (folder / "etc" / "cowrie.cfg").write_text(block("cowrie.md", "ini") + telnet)
        log = folder / "var" / "log" / "cowrie" / "cowrie.json"
        environment = {"COWRIE_STDOUT": "yes", "AUTHBIND_ENABLED": "no"}
        with (
            LiveServer(tmp_path) as server,
            running([command, "start"], folder, bin_folder, [port], env=environment, **other),
            watching(log, server),
        ):
            alerts = Alerts(server)
            touch_cowrie(port)
            wait_for(lambda: alerts.rules() >= {ACCEPTED, DOWNLOAD, PLANTED, DROPPED, TOUCHED}, 60, every=0.5)
            assert alerts.source("cowrie")["rejected"] == 0
            tried = wait_for(lambda: found if len(found := alerts.events("user=root")) >= 2 else None, 30, every=0.5)
            assert {(event["action"], event["device"]) for event in tried} == {
                ("failure", "trap-02"),
                ("success", "trap-02"),
            }
            assert len({event["connection_uid"] for event in alerts.events("format=cowrie", "src_ip=127.0.0.1")}) >= 1
