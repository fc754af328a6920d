import io
import zipfile

import pytest

from netsentinel.guards import ends_as_archive, signature_of


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "text"),
        (b"# Title\n", "text"),
        ("Größe ".encode("utf-16"), "text"),
        (b"\xef\xbb\xbfText", "text"),
        (b"caf\xe9", "text"),
        (b"%PDF-1.7", "pdf"),
        (b" %PDF-1.7", "text"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x89PNG\r\n\x1a\nrest", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x18ftypisom", "mp4"),
        (b"\x1a\x45\xdf\xa3\x01", "matroska"),
        (b"OggS\0", "ogg"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\x7fELF", "a program"),
        (b"MZ\x90", "a program"),
        (b"#!/bin/sh", "a script"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02", "data"),
    ],
)
def test_bytes_are_known_by_how_they_begin(head: bytes, found: str) -> None:
    assert signature_of(head) == found


def archive(comment: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("x", b"x")
        made.comment = comment
    return held.getvalue()


def test_an_archive_is_known_by_how_it_ends() -> None:
    assert ends_as_archive(b"GIF89a and then " + archive())
    assert ends_as_archive(archive(b"a comment"))
    assert not ends_as_archive(archive() + b"more text")
    assert not ends_as_archive(b"an article about PK\x05\x06 and what follows it in a file")
    assert not ends_as_archive(b"PK\x05\x06")
