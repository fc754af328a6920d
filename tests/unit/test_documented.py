import pytest

from tests.documented import Documented

SCHEMA = {
    "paths": {
        "/things/{id}": {"get": {"responses": {"200": {}}}},
        "/things/new": {"get": {"responses": {"204": {}}}},
    }
}


def test_a_status_that_is_announced_passes_and_another_fails() -> None:
    documented = Documented(SCHEMA)
    documented.check("GET", "/things/7?x=1", 200)
    documented.check("GET", "/things/new", 204)
    documented.check("POST", "/things/7", 405)
    with pytest.raises(AssertionError, match="answered 404"):
        documented.check("GET", "/things/7", 404)
