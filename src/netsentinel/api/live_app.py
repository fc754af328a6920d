"""An application that serves live connections and nothing else: what a measurement of them needs."""

from typing import Any

from fastapi import FastAPI

from netsentinel.api import ws


class _Services:
    """As much of the services as `/ws` looks at."""

    def __init__(self, hub: Any, identity: Any, settings: Any) -> None:
        self.hub = hub
        self.identity = identity
        self.settings = settings


def live_app(hub: Any, identity: Any, settings: Any) -> FastAPI:
    """The application.

    Args:
        hub: serves the connections.
        identity: says who somebody is.
        settings: the server's.
    """
    app = FastAPI()
    app.state.services = _Services(hub, identity, settings)
    app.include_router(ws.router)
    return app
