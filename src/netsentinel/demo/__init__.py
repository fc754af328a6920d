"""The demo's story: generated, repeatable, and about nobody real."""

from netsentinel.demo.model import SURICATA, ZEEK, Chapter, StoryLine
from netsentinel.demo.story import CHAPTERS, story

__all__ = ["CHAPTERS", "SURICATA", "ZEEK", "Chapter", "StoryLine", "story"]
