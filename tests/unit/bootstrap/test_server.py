import pytest

from netsentinel.bootstrap import check_exposure
from netsentinel.kernel.errors import SettingsError
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
