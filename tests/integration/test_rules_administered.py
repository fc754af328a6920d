"""Rules of a running server: added, switched and removed while events come in, by the API and by the commands."""

import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.test_commands import netsentinel
from tests.live_server import NDJSON, LiveServer, wait_for
from tests.unit.detection.rulebook.shelf import rule_id, rule_text

PER_BATCH = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("rules")) as running:
        yield running


def events(word: str, count: int = PER_BATCH) -> bytes:
    record = {"_path": "http", "ts": 1_780_000_000.1, "id.orig_h": "203.0.113.66", "host": "h", "uri": f"/{word}"}
    return b"\n".join(json.dumps(record | {"uid": f"C{number}"}).encode() for number in range(count))


def send(client: httpx2.Client, word: str, count: int = PER_BATCH) -> None:
    assert client.post("/api/v2/events?source=zeek", content=events(word, count), headers=NDJSON).status_code == 202


def hits(client: httpx2.Client, number: int) -> int:
    return int(client.get(f"/api/v2/rules/{rule_id(number)}").json()["rule"]["hits"])


def works(client: httpx2.Client, number: int, word: str) -> None:
    """Send single events until the rule that was just added or enabled hits."""
    before = hits(client, number)

    def hit() -> bool:
        send(client, word, 1)
        return hits(client, number) > before

    wait_for(hit, 20, every=0.2)


def settled(client: httpx2.Client) -> int:
    """How many events of the source were judged, when nothing waits any more."""

    def quiet() -> Any:
        (source,) = client.get("/api/v2/sources").json()["items"]
        return source if source["waiting"] == 0 else None

    return int(wait_for(quiet, 30)["events"])


def test_switching_rules_under_load_loses_and_doubles_nothing(server: LiveServer) -> None:
    with server.client() as client:
        for number, word in ((1, "always"), (2, "sometimes")):
            text = rule_text(number, word=word)
            assert client.post("/api/v2/rules", json={"text": text}).status_code == 201
            works(client, number, word)
        settled(client)
        before, sent, stop = hits(client, 1), itertools.count(), threading.Event()

        def stream() -> None:
            with server.client() as sender:
                while not stop.is_set():
                    send(sender, "always")
                    next(sent)

        sender = threading.Thread(target=stream)
        sender.start()
        try:
            for turn in range(8):
                client.post(f"/api/v2/rules/{rule_id(2)}/{'disable' if turn % 2 == 0 else 'enable'}", json={})
                text = rule_text(10 + turn, word=f"never{turn}")
                assert client.post("/api/v2/rules", json={"text": text}).status_code == 201
                threading.Event().wait(0.4)
        finally:
            stop.set()
            sender.join()
        settled(client)
        expected = before + next(sent) * PER_BATCH
        assert wait_for(lambda: hits(client, 1) >= expected, 20)
        assert hits(client, 1) == expected


def test_a_disabled_rule_is_silent_until_it_is_enabled(server: LiveServer) -> None:
    with server.client() as client:
        client.post("/api/v2/rules", json={"text": rule_text(30, word="switched")})
        works(client, 30, "switched")
        assert client.post(f"/api/v2/rules/{rule_id(30)}/disable", json={"note": "n"}).status_code == 200
        client.post("/api/v2/rules", json={"text": rule_text(31, word="marker")})
        works(client, 31, "marker")
        settled(client)
        before = hits(client, 30)
        send(client, "switched")
        works(client, 31, "marker")
        assert hits(client, 30) == before
        client.post(f"/api/v2/rules/{rule_id(30)}/enable")
        works(client, 30, "switched")


def test_own_rules_outlive_a_restart(server: LiveServer) -> None:
    with server.client() as client:
        client.post("/api/v2/rules", json={"text": rule_text(40, word="lasting")})
    server.kill()
    server.start()
    with server.client() as client:
        works(client, 40, "lasting")


def test_the_commands_administer_rules(server: LiveServer, tmp_path: Path) -> None:
    data = {"NETSENTINEL_DATA_DIR": str(server.data)}
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.yml").write_text(rule_text(50, title="Mine", extra="license: MIT\n"), encoding="utf-8")
    (folder / "bad.yml").write_text("title: [", encoding="utf-8")
    (folder / "LICENSE").write_text("Our terms\n", encoding="utf-8")
    added = netsentinel("rules", "add", str(folder), "-o", "json", check=False, **data)
    assert added.returncode == 1, added.stderr
    report = json.loads(added.stdout)
    assert (report["pack"]["name"], report["pack"]["licence"], report["faults"][0]["path"]) == (
        "mine",
        "Our terms",
        "bad.yml",
    )
    said = netsentinel("rules", "list", "--pack", "mine", **data).stdout
    assert "failing" in said
    assert "Mine 50" in said
    assert "disabled: Mine 50" in netsentinel("rules", "disable", rule_id(50), "--note", "loud", **data).stderr
    shown = netsentinel("rules", "show", rule_id(50), **data).stdout
    assert all(word in shown for word in ("loud", "MIT", "mine (archive), a.yml", "title: Mine 50", "1 pattern"))
    assert json.loads(netsentinel("rules", "show", rule_id(50), "-o", "json", **data).stdout)["pack"]["name"] == "mine"
    assert "enabled: Mine 50" in netsentinel("rules", "enable", rule_id(50), **data).stderr
    listed = json.loads(netsentinel("rules", "list", "--limit", "2000", "-o", "json", **data).stdout)
    assert len(listed) >= 63
    assert "Our terms" in netsentinel("rules", "packs", **data).stdout
    netsentinel("rules", "remove", "mine", **data)
    assert netsentinel("rules", "show", rule_id(50), check=False, **data).returncode == 1
