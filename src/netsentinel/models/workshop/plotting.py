"""A PNG of a model's curves, drawn without a library: two panels, smooth lines, labels in a small font of its own."""

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from netsentinel.models.report import Curves, Point

Canvas = npt.NDArray[np.float64]
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 960, 420
_SCALE = 2
"""Drawn so much larger, then made smaller: that is what smooths the lines."""
_PAPER, _INK, _GRID = (255, 255, 255), (38, 43, 51), (226, 229, 234)
_LINE, _OTHER = (37, 99, 235), (217, 119, 6)
_LEAST_FPR = 1e-4

_FONT = {
    "A": "01110100011000111111100011000110001", "B": "11110100011000111110100011000111110",
    "C": "01110100011000010000100001000101110", "D": "11110100011000110001100011000111110",
    "E": "11111100001000011110100001000011111", "F": "11111100001000011110100001000010000",
    "G": "01110100011000010111100011000101111", "H": "10001100011000111111100011000110001",
    "I": "01110001000010000100001000010001110", "K": "10001100101010011000101001001010001",
    "L": "10000100001000010000100001000011111", "M": "10001110111010110101100011000110001",
    "N": "10001110011010110011100011000110001", "O": "01110100011000110001100011000101110",
    "P": "11110100011000111110100001000010000", "R": "11110100011000111110101001001010001",
    "S": "01111100001000001110000010000111110", "T": "11111001000010000100001000010000100",
    "U": "10001100011000110001100011000101110", "V": "10001100011000110001100010101000100",
    "W": "10001100011000110101101011101110001",
    "X": "10001100010101000100010101000110001",
    "J": "00111000100001000010000101001001100",
    "Q": "01110100011000110001101011001001101",
    "Z": "11111000010001000100010001000011111",
    "Y": "10001100010101000100001000010000100", "0": "01110100011001110101110011000101110",
    "1": "00100011000010000100001000010001110", "2": "01110100010000100010001000100011111",
    "3": "11111000100010000010000011000101110", "4": "00010001100101010010111110001000010",
    "5": "11111100001111000001000011000101110", "6": "00110010001000011110100011000101110",
    "7": "11111000010001000100010000100001000", "8": "01110100011000101110100011000101110",
    "9": "01110100011000101111000010001001100", ".": "00000000000000000000000000110001100",
    "-": "00000000000000011111000000000000000", "%": "11000110010001000100010001001100011",
    "(": "00010001000100001000010000010000010", ")": "01000001000001000010000100010001000",
}  # fmt: skip
"""Letters of 5 x 7 points, row by row."""


def plot(curves: Curves, title: str) -> bytes:
    """The curves as a PNG of `WIDTH` x `HEIGHT` points: recall over the false-positive rate, and calibration."""
    canvas = np.empty((HEIGHT * _SCALE, WIDTH * _SCALE, 3))
    canvas[:] = _PAPER
    left, right = _Panel(canvas, 70, 60, 380, 290), _Panel(canvas, 550, 60, 380, 290)
    _text(canvas, 70, 18, title, _INK, 2)
    decades = [(_place(10.0**-power), f"{10.0 ** (2 - power):g}%") for power in (4, 3, 2, 1, 0)]
    tenths = [(share, f"{share * 100:g}%") for share in (0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    left.frame("RECALL OVER FALSE POSITIVES", decades, tenths)
    left.line([Point(_place(max(one.x, _LEAST_FPR)), one.y) for one in curves.roc], _LINE)
    right.frame("OBSERVED OVER PREDICTED", tenths, tenths)
    right.line([Point(0, 0), Point(1, 1)], _GRID)
    right.line([Point(one.predicted, one.observed) for one in curves.calibration], _OTHER)
    smooth = canvas.reshape(HEIGHT, _SCALE, WIDTH, _SCALE, 3).mean(axis=(1, 3))
    return _png(np.clip(smooth, 0, 255).astype(np.uint8))


def _place(fpr: float) -> float:
    """Where a rate lies on the axis, which is logarithmic from 0.01 % to 100 %."""
    return 1 + float(np.log10(fpr)) / 4


class _Panel:
    """One diagram; both axes from 0 to 1."""

    def __init__(self, canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
        self._canvas = canvas
        self._x, self._y, self._width, self._height = x, y, width, height

    def frame(self, title: str, across: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]]) -> None:
        """Grid, labels and title."""
        for at, text in across:
            x = self._x + at * self._width
            self._stroke((x, self._y), (x, self._y + self._height), _GRID, 1)
            _text(self._canvas, int(x) - 3 * len(text), self._y + self._height + 10, text, _INK, 1)
        for at, text in up:
            y = self._y + (1 - at) * self._height
            self._stroke((self._x, y), (self._x + self._width, y), _GRID, 1)
            _text(self._canvas, self._x - 8 - 6 * len(text), int(y) - 3, text, _INK, 1)
        _text(self._canvas, self._x, self._y + self._height + 34, title, _INK, 1)

    def line(self, points: Sequence[Point], colour: Colour) -> None:
        """A line through the points."""
        places = [(self._x + one.x * self._width, self._y + (1 - one.y) * self._height) for one in points]
        for begin, end in pairwise(places):
            self._stroke(begin, end, colour, 2)

    def _stroke(self, begin: tuple[float, float], end: tuple[float, float], colour: Colour, width: int) -> None:
        first, last = np.array(begin) * _SCALE, np.array(end) * _SCALE
        steps = max(2, int(np.abs(last - first).max()) * 2)
        half = width * _SCALE // 2
        for x, y in np.linspace(first, last, steps).astype(int):
            self._canvas[max(0, y - half) : y + half, max(0, x - half) : x + half] = colour


def _text(canvas: Canvas, x: int, y: int, text: str, colour: Colour, size: int) -> None:
    """Text in capital letters; what the font lacks is a gap."""
    dot = size * _SCALE
    for place, letter in enumerate(text.upper()):
        for number, bit in enumerate(_FONT.get(letter, "")):
            if bit == "1":
                row, column = divmod(number, 5)
                top, left = y * _SCALE + row * dot, (x + place * 6 * size) * _SCALE + column * dot
                canvas[top : top + dot, left : left + dot] = colour


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """The points as a PNG (ISO/IEC 15948): truecolour, 8 bits, no filter."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
