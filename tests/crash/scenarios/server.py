"""The whole server, which says `ready` and its address: `python -m tests.crash.scenarios.server FOLDER`."""

import sys
from pathlib import Path

from netsentinel.api.services import Services
from netsentinel.cli.serve import run_server
from netsentinel.kernel.settings import Settings


async def announce(services: Services, url: str) -> None:
    sys.stdout.write(f"ready {url} {services.settings.data_dir}\n")
    sys.stdout.flush()


def main() -> None:
    run_server(Settings(data_dir=Path(sys.argv[1]), port=0, log_level="error"), announce)


if __name__ == "__main__":
    main()
