"""The story that the demo replays: an office's ordinary half hour, and somebody who breaks in.

Everything is invented and generated: the same seed gives the same bytes. The lines are what Suricata at the perimeter
and Zeek in the core would have written, field for field.
"""

import random
from collections.abc import Callable, Iterator

from netsentinel.demo.compromise import beacon, exfiltration, foothold, lateral
from netsentinel.demo.conversations import dice
from netsentinel.demo.model import DURATION, Chapter, StoryLine
from netsentinel.demo.office import office
from netsentinel.demo.reconnaissance import guessing, scan, web_scan
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros

Scene = Callable[[random.Random, Micros], Iterator[StoryLine]]
"""Makes a chapter's lines from the dice and the chapter's start."""

_SCENES: tuple[tuple[Chapter, Scene], ...] = (
    (
        Chapter(
            "office",
            "An ordinary morning",
            0,
            DURATION,
            "Twenty-five people browse, read mail, open documents; a backup runs; servers update.",
            "Sources: both sensors report and nothing is rejected. No alert comes from any of this.",
        ),
        office,
    ),
    (
        Chapter(
            "scan",
            "Somebody looks around",
            3 * MINUTE,
            5 * MINUTE,
            "203.0.113.66 knocks at the SSH port of every address in the DMZ, then at many ports of the web server.",
            "Alerts: two port scans by one address, one wide and one deep. Threats: its score begins to rise.",
        ),
        scan,
    ),
    (
        Chapter(
            "web-scan",
            "A scanner on the web server",
            5 * MINUTE + 30 * SECOND,
            7 * MINUTE + 30 * SECOND,
            "Nmap's scripts, Nikto and sqlmap try known paths, traversals, Log4Shell and SQL injection.",
            "Alerts: open one and see the field of the request that gave the scanner away.",
        ),
        web_scan,
    ),
    (
        Chapter(
            "guessing",
            "Password after password",
            8 * MINUTE,
            12 * MINUTE,
            "The same address guesses SSH passwords on the jump host, until one of them is right.",
            "Alerts: password guessing, then a login that worked from the same address.",
        ),
        guessing,
    ),
    (
        Chapter(
            "foothold",
            "A foothold",
            13 * MINUTE,
            14 * MINUTE + 45 * SECOND,
            "Commands through a web shell on the intranet server; it downloads a program from 198.51.100.23.",
            "Alerts: the web server's address now has alerts of its own. An alert shows what else this address did.",
        ),
        foothold,
    ),
    (
        Chapter(
            "beacon",
            "The beacon",
            14 * MINUTE + 30 * SECOND,
            DURATION,
            "Once a minute the web server calls a dynamic-DNS name over TLS.",
            "Alerts: one alert whose count grows. It is one alert, not sixteen.",
        ),
        beacon,
    ),
    (
        Chapter(
            "lateral",
            "From machine to machine",
            18 * MINUTE,
            21 * MINUTE,
            "The web server tries every workstation, then the file server's administrative share and remote desktop.",
            "Threats: an inside address stands beside the outside one.",
        ),
        lateral,
    ),
    (
        Chapter(
            "exfiltration",
            "The data leaves",
            23 * MINUTE,
            27 * MINUTE,
            "Keys leave in pieces, hidden in DNS names; then 240 MiB go to a drop zone in one upload.",
            "Alerts: how much left, from where, to whom. Close the alert with a verdict.",
        ),
        exfiltration,
    ),
)

CHAPTERS: tuple[Chapter, ...] = tuple(chapter for chapter, _ in _SCENES)
"""The chapters in the order in which they begin."""


def story(start: Micros, *, seed: int = 7) -> Iterator[StoryLine]:
    """The whole story from `start` on, in the order in which the sensors write.

    Args:
        start: time of the first event, microseconds since 1970.
        seed: another seed gives another office, the same attack.
    """
    lines: list[StoryLine] = []
    for chapter, scene in _SCENES:
        lines.extend(scene(dice(f"{seed}/{chapter.name}"), start + chapter.begins))
    lines.sort(key=lambda line: line.at)
    yield from lines
