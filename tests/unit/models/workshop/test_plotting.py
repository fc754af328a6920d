import struct
import zlib

import numpy as np

from netsentinel.models.workshop.measuring import curves_of
from netsentinel.models.workshop.plotting import HEIGHT, WIDTH, plot


def test_the_picture_is_a_whole_png_that_shows_something() -> None:
    random = np.random.default_rng(0)
    bad = random.random(2_000) < 0.2
    png = plot(curves_of(bad, np.clip(random.normal(0.3 + 0.4 * bad, 0.15), 0, 1)), "flow-classifier")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, {}
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(name + body)
        found[name], at = body, at + 12 + size
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (WIDTH, HEIGHT)
    pixels = np.frombuffer(zlib.decompress(found[b"IDAT"]), dtype=np.uint8).reshape(HEIGHT, 1 + 3 * WIDTH)
    assert not pixels[:, 0].any()
    assert len(np.unique(pixels[:, 1:].reshape(-1, 3), axis=0)) > 5


def test_nothing_to_draw_is_drawn_as_empty_axes() -> None:
    png = plot(curves_of(np.zeros(10, dtype=bool), np.linspace(0, 1, 10)), "nearest")
    assert png.endswith(b"IEND" + struct.pack(">I", zlib.crc32(b"IEND")))
