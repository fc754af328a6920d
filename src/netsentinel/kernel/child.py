"""What a child process may know of the one that starts it."""

import os

_OURS = "NETSENTINEL_"


def child_environment() -> dict[str, str]:
    """The environment without our settings: keys and passwords are not for processes that read hostile input."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
