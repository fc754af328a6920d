"""The real application for tests: making its routes ready takes a second, so those with the same settings share one."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI

from netsentinel.api.app import create_app
from netsentinel.api.sensor import SensorPlaces
from netsentinel.kernel.settings import Settings


@cache
def settings_with(**settings: object) -> Settings:
    """Those of a server for which only these are set; making them takes 4 ms, and nobody changes them."""
    return Settings(_env_file=None, **settings)  # type: ignore[arg-type] - as from the environment


SETTINGS = settings_with()
"""Those of a server for which nothing is set."""

_shared: dict[str, FastAPI] = {}


@cache
def bare_application() -> FastAPI:
    """The application without services, for those who only look at its routes."""
    return create_app(SETTINGS)


@cache
def document() -> dict[str, Any]:
    """Its OpenAPI document, which takes a second to write; nobody changes it."""
    return bare_application().openapi()


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
