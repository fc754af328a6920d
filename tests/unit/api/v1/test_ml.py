import pytest

from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/api/v1/ml/model-info", "/ml/model-info"])
async def test_no_model_is_claimed(desk: Desk, path: str) -> None:
    told = await desk.get(path)
    assert told.json()["is_trained"] is False
    assert told.json()["model"] is None
    assert '</api/v2/models>; rel="successor-version"' in told.headers["link"]
