"""What pySigma may do while it parses a rule."""

import re
from typing import cast

from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine, RegexPattern

from netsentinel.detection.rules.regex import compile_pattern
from netsentinel.kernel.errors import InvalidInputError

_FLAGS = {int(re.IGNORECASE): "i", int(re.MULTILINE): "m", int(re.DOTALL): "s"}


class _QuietRe2(RegexEngine):
    """pySigma asks this engine whether a rule's expression is valid, before we compile it ourselves."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        letters = "".join(letter for flag, letter in _FLAGS.items() if int(flags) & flag)
        return cast("RegexPattern", compile_pattern(f"(?{letters}){pattern}" if letters else pattern))

    @property
    def error(self) -> type[Exception]:
        return InvalidInputError


POLICY = SigmaPolicy(regex_engine=_QuietRe2())
"""What pySigma may do while it parses: check expressions, and nothing outside of this process."""
