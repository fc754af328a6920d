import httpx2
import pytest
import zstandard

from netsentinel.cli.remote import Remote
from netsentinel.cli.watch import RemoteSink
from netsentinel.events.positions import StreamPosition
from netsentinel.events.sources import Outgoing
from netsentinel.kernel.errors import RemoteError, UnavailableError

pytestmark = pytest.mark.anyio

BATCH = Outgoing("eve", "suricata", b'{"a":1}\n', StreamPosition("f", 0, 8))


def remote(code: int, asked: list[httpx2.Request], **problem: object) -> Remote:
    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(code, json=problem)

    return Remote("http://server", "k", transport=httpx2.MockTransport(handle))


async def test_a_batch_is_posted_with_its_position() -> None:
    asked: list[httpx2.Request] = []
    async with remote(202, asked, batch=1, records=1, duplicate=False, position=8) as server:
        assert await RemoteSink(server).deliver(BATCH) == 8
    (request,) = asked
    assert request.headers["x-source-position"] == "f:0-8"
    assert dict(request.url.params) == {"source": "eve", "format": "suricata"}
    assert zstandard.ZstdDecompressor().decompressobj().decompress(request.content) == BATCH.body


@pytest.mark.parametrize(
    ("status", "problem", "kind"),
    [
        (503, {"status": 503}, UnavailableError),
        (507, {"status": 507, "detail": "disk full"}, UnavailableError),
        (502, {}, UnavailableError),
        (403, {"status": 403}, RemoteError),
        (413, {"status": 413}, RemoteError),
    ],
)
async def test_what_may_pass_is_waited_for(status: int, problem: dict[str, object], kind: type[Exception]) -> None:
    async with remote(status, [], **problem) as server:
        with pytest.raises(kind):
            await RemoteSink(server).deliver(BATCH)
