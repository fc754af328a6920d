"""Sound alone: WAV (RIFF), FLAC (RFC 9639) and MP3 (ISO/IEC 11172-3, 13818-3)."""

from typing import BinaryIO, Final

from netsentinel.academy.reader.recordings.parts import Parts, Recording, exactly, milliseconds, size_of

_FORMS: Final = {1: "pcm", 3: "pcm float", 6: "a-law", 7: "mu-law", 0x55: "mp3"}
_EXTENSIBLE: Final = 0xFFFE
_RATES: Final = (44_100, 48_000, 32_000)
_KBIT_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Layer III of MPEG 1."""
_KBIT_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""Layer III of MPEG 2 and 2.5."""
_MONO: Final = 3
_FIND_FRAME: Final = 16 * 1024
"""Bytes behind the tag in which the first frame is looked for."""


def wav(file: BinaryIO) -> Recording:
    """The chunks `fmt ` and `data`."""
    end, parts, codec, per_second, data = size_of(file), Parts(), "", 0, 0
    at = 12
    while at + 8 <= end and not data:
        parts.take()
        file.seek(at)
        kind, size = exactly(file, 4), int.from_bytes(exactly(file, 4), "little")
        if kind == b"fmt ":
            form = exactly(file, 16)
            number = int.from_bytes(form[:2], "little")
            if number == _EXTENSIBLE and size >= 26:  # noqa: PLR2004 - up to the number within its GUID
                number = int.from_bytes(exactly(file, 10)[8:], "little")
            codec, per_second = _FORMS.get(number, f"wave {number:#06x}"), int.from_bytes(form[8:12], "little")
        elif kind == b"data":
            data = min(size, end - at - 8)
        at += 8 + size + size % 2
    return Recording(duration_ms=milliseconds(data, per_second), codecs=(codec,) if codec else ())


def flac(file: BinaryIO) -> Recording:
    """The block STREAMINFO, which comes first."""
    head = exactly(file, 26)
    if head[4] & 0x7F:
        raise ValueError("The first block is no STREAMINFO.")
    packed = int.from_bytes(head[18:26])  # 20 bits rate, 3 channels, 5 depth, 36 samples
    return Recording(duration_ms=milliseconds(packed & (2**36 - 1), packed >> 44), codecs=("flac",))


def mp3(file: BinaryIO) -> Recording:
    """The first frame: how many there are where it says so (Xing, VBRI), else by the size at its bit rate."""
    end = size_of(file)
    begin = _behind_tag(exactly(file, 10))
    file.seek(begin)
    data = file.read(_FIND_FRAME)
    at = next((one for one in range(len(data) - 4) if _is_frame(data[one : one + 4])), -1)
    if at < 0:
        return Recording()
    head = data[at : at + 4]
    version = head[1] >> 3 & 3  # 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
    rate = _RATES[head[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1_152 if version == 3 else 576  # noqa: PLR2004 - MPEG 1
    kbit = (_KBIT_1 if version == 3 else _KBIT_2)[head[2] >> 4]  # noqa: PLR2004 - MPEG 1
    frames = _frames(data[at:], version, is_mono=head[3] >> 6 == _MONO)
    length = milliseconds(frames * samples, rate) if frames else milliseconds((end - begin - at) * 8, kbit * 1_000)
    return Recording(duration_ms=length, codecs=("mp3",))


def _behind_tag(head: bytes) -> int:
    """Where an ID3v2 tag ends: its length has seven bits a byte."""
    if head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | (byte & 0x7F)
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _is_frame(head: bytes) -> bool:
    """Whether this is the header of a frame of layer III, of a possible bit and sample rate."""
    if head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] >> 3 & 3 == 1:  # noqa: PLR2004 - sync, layer, version
        return False
    return head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3  # noqa: PLR2004 - free, bad, reserved


def _frames(frame: bytes, version: int, *, is_mono: bool) -> int:
    """How many frames there are, by the header of an encoder within the first; 0 where there is none."""
    side = (17 if is_mono else 32) if version == 3 else (9 if is_mono else 17)  # noqa: PLR2004 - MPEG 1
    xing = frame[4 + side : 4 + side + 12]
    if xing[:4] in (b"Xing", b"Info") and xing[7] & 1:
        return int.from_bytes(xing[8:12])
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[50:54])
    return 0
