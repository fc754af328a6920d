"""Which data folder a command means: the one that is stated, or the demo's inside it where that is the one in use."""

from pathlib import Path
from typing import TYPE_CHECKING

from netsentinel.cli.serve import settings_from
from netsentinel.kernel.data_folder import DATABASE_FILE, DEMO_FOLDER, LOCAL_SERVER_FILE
from netsentinel.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings


def local_folder(data_dir: Path) -> Path:
    """The folder of the server that runs here, or else of the one that ran: the data folder's, or the demo's inside."""
    demo = data_dir / DEMO_FOLDER
    for trace in (LOCAL_SERVER_FILE, DATABASE_FILE):
        if _is_there(data_dir / trace):
            return data_dir
        if _is_there(demo / trace):
            return demo
    return data_dir


def _is_there(path: Path) -> bool:
    """Whether there is such a file that is ours to see."""
    try:
        return path.exists()
    except PermissionError:
        return False


def settings_of_server(data_dir: Path | None) -> "Settings":
    """The settings with the folder of a server that has started there once, for commands that write into its database.

    Raises:
        NotFoundError: no server has kept anything there; a second database would be of no use to the first.
        SettingsError: a setting has an impossible value.
    """
    settings = settings_from(data_dir=data_dir)
    settings = settings.model_copy(update={"data_dir": local_folder(settings.data_dir)})
    if settings.database_url or _is_there(settings.database_path):
        return settings
    raise NotFoundError(
        f"No server has kept its data in {settings.data_dir.resolve()}, so nobody would see what is written there."
        " State the server's own folder with --data-dir or NETSENTINEL_DATA_DIR, as the user that runs it; a new"
        " server makes its database when it starts for the first time."
    )
