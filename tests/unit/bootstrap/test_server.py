import asyncio
from pathlib import Path

import pytest

from netsentinel.bootstrap import check_exposure, open_server
from netsentinel.kernel.data_folder import UNFINISHED_FILE
from netsentinel.kernel.errors import SettingsError, UnavailableError
from netsentinel.kernel.settings import Settings


@pytest.mark.parametrize(
    ("host", "public_url", "refused"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("0.0.0.0", "", True),  # noqa: S104 - what is checked
        ("192.0.2.1", "http://soc.example.org", True),
        ("0.0.0.0", "https://soc.example.org", False),  # noqa: S104 - what is checked
    ],
)
def test_passwords_do_not_leave_the_machine_in_clear(host: str, public_url: str, *, refused: bool) -> None:
    settings = Settings(host=host, public_url=public_url)
    if refused:
        with pytest.raises(SettingsError, match="clear text"):
            check_exposure(settings)
    else:
        check_exposure(settings)


def test_no_server_begins_with_half_a_backup(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED_FILE).touch()

    async def begin() -> None:
        async with open_server(Settings(data_dir=tmp_path), "http://127.0.0.1:1"):
            pass

    with pytest.raises(UnavailableError, match="before it was complete"):
        asyncio.run(begin())
    assert [one.name for one in tmp_path.iterdir()] == [UNFINISHED_FILE]
