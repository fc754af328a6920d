import pytest

from netsentinel.events.web import is_failed_login


@pytest.mark.parametrize(
    ("status", "url", "expected"),
    [
        (401, "/wp-login.php", True),
        (403, "/Admin/", True),
        (200, "/login", False),
        (404, "/login", False),
        (401, "/webdav/file.txt", False),
        (403, "/search?q=login", False),
    ],
)
def test_refusals_of_login_paths(status: int, url: str, expected: bool) -> None:
    assert is_failed_login(status, url) is expected
