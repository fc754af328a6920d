"""The whole line: what a deployed model finds becomes an alert with reasons, a threat and frames, over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from netsentinel.events.model import Event
from netsentinel.kernel.types import Role, Tier, system_principal
from netsentinel.streamer import SUBPROTOCOL
from tests.integration.test_recovery_live import Listener, serving
from tests.unit.detection.models.deployed import by_time, scan, usual

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

NDJSON = {"Content-Type": "application/x-ndjson"}
SECOND = 1_000_000
BEGUN = 1_000_000.0
SLACK_S = 20.0
"""The bar is one second on an idle machine; these tests share theirs."""


def body(events: list[Event]) -> bytes:
    return b"\n".join(json.dumps(event.native).encode() for event in events)


def failures(source: str, start: float, count: int = 6) -> list[Event]:
    """Too few refused connections for any rule or statistic: a model alone may mind."""
    return scan(count, start=start, source=source)


@dataclass
class Soc:
    """A server whose rules are none, and its people."""

    http: httpx2.AsyncClient
    admin: httpx2.AsyncClient
    url: str
    key: str
    probes: int = 0

    async def post(self, events: list[Event], source: str = "zeek") -> None:
        for start in range(0, len(events), 1_000):
            part = body(events[start : start + 1_000])
            answer = await self.http.post(f"/api/v2/events?source={source}", content=part, headers=NDJSON)
            assert answer.status_code == 202, answer.text

    async def processed(self, source: str = "zeek") -> int:
        items = (await self.http.get("/api/v2/sources")).json()["items"]
        return sum(item["events"] + item["rejected"] for item in items if item["name"] == source)

    async def until(self, ask: Any, seconds: float = 120.0) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := await ask()):
                await asyncio.sleep(0.1)
        return found

    async def train(self, **wanted: Any) -> dict[str, Any]:
        """A model that learnt from what is stored, by what alerts say of it."""
        told = await self.http.post("/api/v2/models/train", json={"fpr": 0.01, **wanted})
        assert told.status_code == 202, told.text
        place = f"/api/v2/models/trainings/{told.json()['id']}"

        async def ended() -> Any:
            view = (await self.http.get(place)).json()
            return view if view["task"]["ended_at"] else None

        view = await self.until(ended, 300)
        assert view["task"]["state"] == "succeeded", view["task"]
        return view["model"]

    async def promote(self, model: str) -> None:
        for what, wanted in (
            ("deploy", {"stage": "shadow"}),
            ("deploy", {"stage": "canary", "share": 1.0}),
            ("promote", {"note": "it is better"}),
        ):
            answer = await self.admin.post(f"/api/v2/models/{model}/{what}", json=wanted)
            assert answer.status_code == 200, answer.text

    async def until_judged(self) -> None:
        """Post refused connections until a model minds them: the detection process has been told."""
        probe = "192.0.2.77"

        async def minds() -> bool:
            self.probes += 1
            await self.post(failures(probe, BEGUN + 8_000 + 700 * self.probes), "probe")
            await asyncio.sleep(0.5)
            return any(item["entity"] == probe for item in await self.of_models())

        await self.until(minds)

    async def of_models(self) -> list[dict[str, Any]]:
        items = (await self.http.get("/api/v2/alerts?limit=500")).json()["items"]
        return [item for item in items if item["detector"] == "models"]


@asynccontextmanager
async def soc(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Soc]:
    empty = folder / "no-rules"
    empty.mkdir()
    for module in ("server", "senses"):
        monkeypatch.setattr(f"netsentinel.bootstrap.{module}.bundled_rules", lambda: empty)
    async with serving(folder / "data") as (running, url):
        keys = running.services.keys
        analyst = (await keys.create(system_principal(), "analyst", role=Role.ANALYST, tier=Tier.UNLIMITED)).text
        admin = (await keys.create(system_principal(), "admin", role=Role.ADMIN, tier=Tier.UNLIMITED)).text
        async with (
            httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {analyst}"}, timeout=60) as http,
            httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {admin}"}, timeout=60) as chief,
        ):
            assert (await http.get("/api/v2/rules")).json()["total"] == 0
            yield Soc(http, chief, url, analyst)


async def taught(place: Soc) -> int:
    """Post what models learn from: an office, and six scans that statistics see. How many events."""
    scans = [scan(120, start=BEGUN + 500 * number, source=f"203.0.113.{10 + number}") for number in range(6)]
    events = by_time(usual(1_500, start=BEGUN), *scans)
    await place.post(events)

    async def stored() -> bool:
        told = (await place.http.get("/api/v2/events/histogram?bars=1")).json()
        return sum(one["count"] for one in told["items"]) >= len(events)

    await place.until(stored)
    return len(events)


async def test_a_model_raises_an_alert_scores_a_threat_and_reaches_a_live_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with soc(tmp_path, monkeypatch) as place:
        await taught(place)
        model = await place.train()
        assert model["servable"]
        await place.promote(model["id"])
        await place.until_judged()
        headers = {"Authorization": f"Bearer {place.key}"}
        options: dict[str, Any] = {"subprotocols": [SUBPROTOCOL], "compression": None, "ping_interval": None}
        async with connect(f"{place.url.replace('http', 'ws')}/ws", additional_headers=headers, **options) as socket:
            listener = Listener(socket)
            await listener.subscribe("alerts", "threats")
            await asyncio.sleep(0.5)
            attacker = "203.0.113.200"
            began = time.monotonic()
            await place.post(failures(attacker, BEGUN + 90_000))
            await listener.until_heard({"alert:raised", "threat:updated"}, SLACK_S)
            took = time.monotonic() - began
        with capsys.disabled():
            print(f"\nfrom POST to both frames: {took * 1000:.0f} ms")  # noqa: T201 - the figure of the bar
        raised = next(one["data"] for one in listener.events if one["name"] == "alert:raised")
        assert (raised["detector"], raised["rule_id"], raised["entity"]) == ("models", "model.flows", attacker)
        threat = (await place.http.get(f"/threats/{attacker}")).json()
        assert threat["source_ip"] == attacker
        assert threat["threat_score"] > 0
        why = (await place.http.get(f"/api/v2/models/explanations/{raised['id']}")).json()
        assert (why["line"], why["version"], why["model_id"]) == ("flows", "1", model["id"])
        assert len(why["findings"][0]["reasons"]) == 5
        assert why["findings"][0]["reasons"][0]["direction"] == "for"
        info = (await place.http.get("/ml/model-info")).json()
        assert (info["is_trained"], info["model"]) == (True, "flows 1")


async def test_promoting_mid_stream_loses_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with soc(tmp_path, monkeypatch) as place:
        taught_with = await taught(place)
        first, second = await place.train(), await place.train()  # alike, so that nothing else can differ
        await place.promote(first["id"])
        await place.until_judged()
        sources = [f"198.51.100.{number}" for number in range(1, 61)]
        posted = 0

        async def stream() -> None:
            nonlocal posted
            for number, source in enumerate(sources):
                events = by_time(
                    usual(20, start=BEGUN + 90_000 + 60 * number, seed=number),
                    failures(source, BEGUN + 90_000 + 60 * number),
                )
                await place.post(events)
                posted += len(events)
                await asyncio.sleep(0.05)

        async def swap() -> None:
            await asyncio.sleep(0.5)
            await place.promote(second["id"])

        await asyncio.gather(stream(), swap())

        async def through() -> bool:
            return await place.processed() >= taught_with + posted

        await place.until(through)
        assert await place.processed() == taught_with + posted
        found = {item["entity"]: item["count"] for item in await place.of_models() if item["entity"] in sources}
        assert found == dict.fromkeys(sources, 1), "each is told of once, whichever model judged it"

        async def counted() -> Any:
            metrics = [(await place.http.get(f"/api/v2/models/{one['id']}/metrics")).json() for one in (first, second)]
            return metrics if min(one["judged"] for one in metrics) else None

        assert await place.until(counted), "the stream met both"


async def test_a_file_that_was_changed_on_the_disk_is_taken_out_and_the_champion_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soc(tmp_path, monkeypatch) as place:
        await taught(place)
        champion, other = await place.train(), await place.train(kind="nearest")
        await place.promote(champion["id"])
        await place.until_judged()
        path = tmp_path / "data" / "blobs" / "models" / other["sha256"]
        path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
        refused = await place.admin.post(f"/api/v2/models/{other['id']}/deploy", json={"stage": "shadow"})
        assert (refused.status_code, refused.json()["code"]) == (400, "model-file")
        await place.post(failures("203.0.113.201", BEGUN + 90_000))

        async def found() -> bool:
            return any(item["entity"] == "203.0.113.201" for item in await place.of_models())

        assert await place.until(found)
