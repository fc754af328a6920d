"""What sources may open, and what they may not, by whatever way it is named."""

from pathlib import Path

import pytest

from netsentinel.events.sources.fence import Fence
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError


@pytest.fixture
def fence(tmp_path: Path) -> Fence:
    for folder in ("logs", "data/incoming", "logs-of-others"):
        (tmp_path / folder).mkdir(parents=True)
    return Fence(folders=(tmp_path / "logs", tmp_path / "data/incoming"), closed=(tmp_path / "data",))


def test_what_lies_in_an_allowed_folder_may_be_read(fence: Fence, tmp_path: Path) -> None:
    assert fence.path(f"{tmp_path}/logs/a/eve.json") == tmp_path / "logs/a/eve.json"
    assert fence.path(f"{tmp_path}/data/incoming/x") == tmp_path / "data/incoming/x"
    (tmp_path / "here").symlink_to(tmp_path / "logs")
    assert fence.path(f"{tmp_path}/here/eve.json") == tmp_path / "logs/eve.json"


@pytest.mark.parametrize(
    "path", ["logs-of-others/a", "logs/../data/audit.key", "data/audit.key", "logs/out", "logs/far/away", "", "logs/.."]
)
def test_nothing_else_may_be_read(fence: Fence, tmp_path: Path, path: str) -> None:
    (tmp_path / "logs/out").symlink_to(tmp_path / "data/audit.key")
    (tmp_path / "logs/far").symlink_to("/etc")
    with pytest.raises(NotAllowedError, match="NETSENTINEL_SOURCE_FOLDERS"):
        fence.path(f"{tmp_path}/{path}")


def test_the_servers_own_data_stays_closed_inside_of_an_allowed_folder(tmp_path: Path) -> None:
    fence = Fence(folders=(tmp_path, tmp_path / "data/incoming"), closed=(tmp_path / "data",))
    fence.path(f"{tmp_path}/a")
    fence.path(f"{tmp_path}/data/incoming/a")
    with pytest.raises(NotAllowedError):
        fence.path(f"{tmp_path}/data/audit.key")


@pytest.mark.parametrize("path", ["eve.json", "", "./x", "/a\0b"])
def test_a_path_has_to_be_absolute(fence: Fence, path: str) -> None:
    with pytest.raises(InvalidInputError, match="absolute"):
        fence.path(path)


def test_ports_and_addresses_are_allowed_one_by_one() -> None:
    fence = Fence(ports=(range(514, 515), range(5000, 6001)))
    for port in (514, 5000, 6000):
        fence.listen("127.0.0.1", port)
    for port in (1, 513, 515, 4999, 6001):
        with pytest.raises(NotAllowedError, match="514 to 514, 5000 to 6000"):
            fence.listen("127.0.0.1", port)
    for address in ("0.0.0.0", "::", "192.0.2.1"):  # noqa: S104 - refused
        with pytest.raises(NotAllowedError, match="NETSENTINEL_SOURCE_ADDRESSES"):
            fence.listen(address, 514)


def test_the_operators_own_sources_are_not_fenced_in() -> None:
    fence = Fence(is_open=True)
    assert fence.path("/etc/hostname").name == "hostname"
    fence.listen("0.0.0.0", 1)  # noqa: S104 - what is tested
