"""How a process that reads and the server know where what the other says ends."""

import struct
from typing import Final

HEADER: Final = struct.Struct(">I")
"""Before every frame on both pipes: its length in bytes."""
