"""Passwords: Argon2id, sized to the machine, with a bounded number of hashes at once; and which passwords are allowed.

Figures: 64 MiB, 3 passes where the machine has 2 GiB or more, else OWASP's minimum of 19 MiB, 2 passes
(https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). Rules: NIST SP 800-63B-4, 3.1.1.2:
length and a block list, no rules of composition, nothing is cut off, Unicode is normalised.
"""

import asyncio
import base64
import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from netsentinel.identity.common_passwords import pieces_needed
from netsentinel.kernel.errors import ThrottledError, WeakPasswordError

MAX_LENGTH = 256
"""Characters. Argon2 reads more, but nobody types more, and it bounds what one login costs."""
HASHES_AT_ONCE = 2
HASHES_WAITING = 32
"""More logins than this waiting for a turn are sent away: at 0.4 s each, the last one waits 6 s."""
_GIB = 1024**3
_COMMON_UP_TO = 4
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP = 5
_GROUPS = 4
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one hash costs."""

    memory_kib: int
    passes: int
    lanes: int = 1


LARGE_MACHINE = Argon2Cost(64 * 1024, 3)
SMALL_MACHINE = Argon2Cost(19 * 1024, 2)


def cost_for(memory: int) -> Argon2Cost:
    """The cost for a machine with so many bytes of memory."""
    return LARGE_MACHINE if memory >= 2 * _GIB else SMALL_MACHINE


def machine_memory() -> int:
    """Bytes of memory that this process may count on: the machine's, or its control group's limit if that is lower."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = _CGROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdigit() else memory


class Argon2Hashing:
    """Argon2id in two threads of its own, so that neither the event loop nor the memory suffers from many logins."""

    def __init__(self, cost: Argon2Cost = LARGE_MACHINE) -> None:
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._nobody = _hash_of_nothing(self._hasher)

    @classmethod
    def for_machine(cls) -> "Argon2Hashing":
        """With the cost that fits this machine's memory."""
        return cls(cost_for(machine_memory()))

    async def hash(self, password: str) -> str:
        """A salted hash in the PHC string format.

        Raises:
            ThrottledError: too many others wait for a hash.
        """
        return await self._in_turn(lambda: self._hasher.hash(_bytes(password)))

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether the password belongs to the hash; without a hash it does the work on a made-up one.

        Raises:
            ThrottledError: too many others wait for a hash.
        """
        return await self._in_turn(lambda: self._verify(password, hashed or self._nobody)) and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= HASHES_AT_ONCE + HASHES_WAITING:
            raise ThrottledError("Too many people log in at this moment. Try again in 5 s.", retry_after=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Which passwords may be set."""

    min_length: int

    def new_password(self) -> str:
        """A random password for somebody to begin with, which another person reads out or types.

        Groups of five letters and digits, of which none looks like another: four (99 bits), or as many as it takes.
        """
        groups = max(_GROUPS, -(-(self.min_length + 1) // (_GROUP + 1)))
        return "-".join("".join(secrets.choice(_LEGIBLE) for _ in range(_GROUP)) for _ in range(groups))

    def check(self, password: str, *context: str) -> None:
        """Refuse what is too short, too long or easily guessed.

        Args:
            password: as it was typed.
            context: words that an attacker would try here: user, tenant, host.

        Raises:
            WeakPasswordError: the password is refused; the detail says why.
        """
        if any(unicodedata.category(letter) == "Cs" for letter in password):
            raise WeakPasswordError("The password has half a character, which nobody can type.", field="password")
        length = len(_canonical(password))
        if length < self.min_length:
            raise WeakPasswordError(
                f"The password has {length} characters; it needs at least {self.min_length}. A few random words do.",
                field="password",
            )
        if length > MAX_LENGTH:
            raise WeakPasswordError(f"The password has more than {MAX_LENGTH} characters.", field="password")
        if pieces_needed(_canonical(password), context) <= _COMMON_UP_TO:
            raise WeakPasswordError(
                "The password is made of common words, keyboard patterns, years or repetitions, which are tried first. "
                "Take a few random words instead.",
                field="password",
            )

    def check_other(self, password: str, present: str) -> None:
        """Refuse the present password as the next one: whoever else knows it would still know it.

        Raises:
            WeakPasswordError: it is the present one, however the keyboard composed it.
        """
        if _canonical(password) == _canonical(present):
            raise WeakPasswordError("That is your present password. Take another one.", field="password")


def _canonical(password: str) -> str:
    """The same password for the same characters, however the keyboard composed them (NFC)."""
    return unicodedata.normalize("NFC", password)


def _bytes(password: str) -> bytes:
    """What is hashed; half a character (a lone surrogate of JSON) belongs to no password, but must not be an error."""
    return _canonical(password).encode("utf-8", "surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password is known for; verifying against it costs what any other costs."""

    def part(length: int) -> str:
        return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")

    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${part(hasher.salt_len)}${part(hasher.hash_len)}"
