"""Small tables whose truth is known."""

from pathlib import Path

import numpy as np


def write_csv(path: Path, rows: int = 600, *, seed: int = 0, shift: float = 0.0, times: bool = False) -> Path:
    """A CSV in which size and port tell bad rows from benign ones, most of the time."""
    random = np.random.default_rng(seed)
    lines = ["at,host,size,count,proto,label"]
    for number in range(rows):
        bad = random.random() < 0.3
        size = random.normal(900 if bad else 100, 120) + shift
        count = random.poisson(30 if bad else 3)
        proto = random.choice(["udp", "tcp"] if bad else ["tcp", "icmp"])
        host = f"10.0.0.{random.integers(0, 20)}"
        at = 1_700_000_000 + number if times else number
        lines.append(f"{at},{host},{size:.3f},{count},{proto},{'attack' if bad else 'normal'}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
