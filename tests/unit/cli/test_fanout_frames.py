import struct
from pathlib import Path

from netsentinel.cli.fanout_frames import SLOTS, times_of


def test_both_processes_see_the_same_times(tmp_path: Path) -> None:
    ours, theirs = times_of(tmp_path), times_of(tmp_path)
    struct.pack_into("q", ours, (SLOTS - 1) * 8, 7)
    assert struct.unpack_from("q", theirs, (SLOTS - 1) * 8) == (7,)
    assert struct.unpack_from("q", theirs, 0) == (0,)
