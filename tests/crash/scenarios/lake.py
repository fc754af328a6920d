"""The whole server, which stores what it read every 0.2 s: `python -m tests.crash.scenarios.lake FOLDER`."""

from netsentinel.alerts import processor
from netsentinel.kernel.clock import SECOND
from tests.crash.scenarios.server import main

if __name__ == "__main__":
    processor._CHECKPOINT_EVERY = SECOND // 5  # so that most kills hit a flush
    main()
