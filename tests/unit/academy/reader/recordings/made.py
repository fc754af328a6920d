"""Recordings made by hand from the formats' specifications: all headers, and data that nobody plays."""

import struct


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def track(handler: bytes, codec: bytes, width: int = 0, height: int = 0, more: bytes = b"") -> bytes:
    head = bytes(76) + struct.pack(">II", width << 16, height << 16)
    samples = box(b"stsd", bytes(4), struct.pack(">I", 1), box(codec, bytes(8)))
    media = box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", more, box(b"stbl", samples)))
    return box(b"trak", box(b"tkhd", head), media)


def mp4(*more: bytes, scale: int = 1_000, units: int = 61_500) -> bytes:
    movie = box(b"mvhd", bytes(12), struct.pack(">II", scale, units), bytes(80))
    tracks = more or (track(b"vide", b"avc1", 1_280, 720), track(b"soun", b"mp4a"), track(b"text", b"tx3g"))
    return box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", bytes(100)) + box(b"moov", movie, *tracks)


def element(kind: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return kind.to_bytes((kind.bit_length() + 7) // 8) + (len(body) | 1 << 56).to_bytes(8) + body


def entry(kind: int, codec: bytes, *more: bytes) -> bytes:
    return element(0xAE, element(0x83, bytes([kind])), element(0x86, codec), *more)


INFO = element(0x1549A966, element(0x2AD7B1, (1_000_000).to_bytes(3)), element(0x4489, struct.pack(">d", 61_500.0)))
PICTURE = element(0xE0, element(0xB0, (1_280).to_bytes(2)), element(0xBA, (720).to_bytes(2)))
TRACKS = element(0x1654AE6B, entry(1, b"V_VP9", PICTURE), entry(2, b"A_OPUS"), entry(17, b"S_TEXT/UTF8"))
EBML = element(0x1A45DFA3, element(0x4282, b"webm"))


def webm(*parts: bytes) -> bytes:
    return EBML + element(0x18538067, *(parts or (INFO, TRACKS, element(0x1F43B675, bytes(50)))))


def page(serial: int, place: int, body: bytes, flags: int = 0) -> bytes:
    table = [255] * (len(body) // 255) + [len(body) % 255]
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, place, serial, 0, 0, len(table))
    return head + bytes(table) + body


def ogg(*heads: bytes, place: int) -> bytes:
    first = b"".join(page(number, 0, head, flags=2) for number, head in enumerate(heads, 7))
    return first + page(7, 0, bytes(600)) + page(7, place, bytes(100), flags=4) + page(7, 2**64 - 1, b"")


OPUS = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 44_100, 0, 0)
VORBIS = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 2, 44_100, 0, 0, 0, 0, 1)
THEORA = b"\x80theora" + bytes(3) + struct.pack(">HH", 20, 12) + (320).to_bytes(3) + (180).to_bytes(3) + bytes(22)


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def wav(form: int = 1, more: bytes = b"", data: bytes = bytes(32_000)) -> bytes:
    head = struct.pack("<HHIIHH", form, 1, 8_000, 16_000, 2, 16) + more
    body = b"WAVE" + chunk(b"LIST", b"odd") + chunk(b"fmt ", head) + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def flac(rate: int = 44_100, samples: int = 88_200) -> bytes:
    packed = (rate << 44 | 1 << 41 | 15 << 36 | samples).to_bytes(8)
    return b"fLaC" + bytes([0x80, 0, 0, 34]) + bytes(10) + packed + bytes(16)


FRAME = b"\xff\xfb\x90\x64"
"""MPEG 1, layer III, 128 kbit/s, 44,100 Hz, joint stereo."""


def mp3(*, tag: bool = False, frames: int = 0) -> bytes:
    head = (b"ID3\x04\x00\x00" + bytes([0, 0, 1, 72]) + bytes(200)) if tag else b""
    xing = bytes(32) + b"Xing" + struct.pack(">II", 1, frames) if frames else b""
    return head + FRAME + xing + bytes(16_000 - 4 - len(xing))
