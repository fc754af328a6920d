"""The real application for tests: making its routes ready takes a second, so those with the same settings share one."""

from types import SimpleNamespace

from fastapi import FastAPI

from netsentinel.api.app import create_app
from netsentinel.api.sensor import SensorPlaces
from netsentinel.kernel.settings import Settings

_shared: dict[str, FastAPI] = {}


def own_application(settings: Settings, services: SimpleNamespace) -> FastAPI:
    """An application that nobody shares, for tests that add something to it."""
    return create_app(settings, services)  # type: ignore[arg-type] - what these routes need


def application(settings: Settings, services: SimpleNamespace) -> FastAPI:
    """The application over these services, until the next test asks for it."""
    key = settings.model_dump_json()
    app = _shared.get(key)
    if app is None:
        app = _shared[key] = create_app(settings)
    app.state.services = services
    app.state.sensors = SensorPlaces()
    return app
