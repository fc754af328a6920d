from netsentinel.api.live_app import live_app


def test_it_knows_what_live_connections_need_and_no_other_route_of_ours() -> None:
    app = live_app("hub", "identity", "settings")
    assert (app.state.services.hub, app.state.services.identity) == ("hub", "identity")
    assert not any(path.startswith("/api/") for path in app.openapi()["paths"])
