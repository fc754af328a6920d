"""The demo's story: generated, repeatable, and about nobody real."""

from netsentinel.demo.model import DURATION, SURICATA, ZEEK, Chapter, StoryLine
from netsentinel.demo.story import CHAPTERS, story

__all__ = ["CHAPTERS", "DURATION", "SURICATA", "ZEEK", "Chapter", "StoryLine", "story"]
