"""The academy: media become a knowledge graph, courses and practice, joined to the alerts that the team really had."""

from typing import Final

__all__ = ["MASTERED"]

MASTERED: Final = 0.6
"""From this mastery on, a concept counts as known: in practice, in the locks of lessons, and in coverage."""
