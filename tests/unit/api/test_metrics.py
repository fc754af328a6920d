from dataclasses import replace
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.api.app import create_app
from netsentinel.api.metrics import Metrics, RequestMetrics
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.limits.testing import memory_limits
from netsentinel.models.monitor import ModelSample
from tests.identity import House

pytestmark = pytest.mark.anyio


def test_figures_are_read_when_they_are_asked_for() -> None:
    events = 1.0
    metrics = Metrics(lambda: [("counter", "ns_events", "Events.", events), ("gauge", "ns_open", "Open.", 2)])
    assert b"ns_events_total 1.0" in metrics.exposition()
    events = 5.0
    text = metrics.exposition()
    assert b"ns_events_total 5.0" in text
    assert b"ns_open 2.0" in text


def test_models_of_all_tenants_are_one_figure_without_their_names() -> None:
    base = ModelSample(
        tenant=TenantId("acme"),
        line="secret-line",
        version="41",
        role="champion",
        judged=10,
        flagged=2,
        findings=1,
        seconds=0.5,
        score=0.1,
        score_psi=None,
        feature_psi=0.2,
    )
    other = replace(base, tenant=TenantId("umbrella"), judged=5, score=0.4, score_psi=0.3)
    metrics = Metrics(list)
    metrics.read_models(lambda: [base, other, replace(base, role="shadow")])
    text = metrics.exposition().decode()
    assert 'netsentinel_model_judged_total{role="champion"} 15.0' in text
    assert 'netsentinel_model_judged_total{role="shadow"} 10.0' in text
    assert 'netsentinel_model_score{role="champion"} 0.4' in text
    assert 'netsentinel_model_score_psi{role="champion"} 0.3' in text
    assert not [name for name in ("acme", "umbrella", "secret-line", '"41"') if name in text]


async def test_a_made_up_method_makes_no_series_of_its_own() -> None:
    metrics = Metrics(list)
    app = FastAPI()
    app.add_middleware(RequestMetrics, metrics=metrics)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        for number in range(5):
            await http.request(f"MADEUP{number}", "/")
    text = metrics.exposition().decode()
    assert 'method="OTHER",route="other",status="4xx"} 5.0' in text
    assert "MADEUP" not in text


async def test_the_real_app_is_observed_under_its_templates() -> None:
    metrics = Metrics(list)
    settings = Settings(_env_file=None)
    app = create_app(
        settings,
        SimpleNamespace(settings=settings, identity=House().service, limits=memory_limits(FakeClock())),
        metrics,
    )  # type: ignore[arg-type] - what these routes need
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost:8740") as http:
        await http.get("/api/v2/alerts/alr_secret")
        await http.get("/api/v2/sources/secret/rejected")
    text = metrics.exposition().decode()
    assert 'method="GET",route="/api/v2/alerts/{alert_id}",status="4xx"} 1.0' in text
    assert 'method="GET",route="/api/v2/sources/{name}/rejected",status="4xx"} 1.0' in text
    assert "secret" not in text


async def test_requests_are_observed_under_their_template() -> None:
    metrics = Metrics(list)
    app = FastAPI()
    app.add_middleware(RequestMetrics, metrics=metrics)

    @app.get("/things/{name}")
    async def show(name: str) -> str:
        return name

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        await http.get("/things/secret-name")
        await http.get("/nowhere/at/all")
    text = metrics.exposition().decode()
    assert 'route="/things/{name}",status="2xx"} 1.0' in text
    assert 'route="other",status="4xx"} 1.0' in text
    assert "secret-name" not in text
    assert "nowhere" not in text
