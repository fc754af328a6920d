"""What HTTP formats share: which answers are failed logins."""

_LOGIN_WORDS = (
    "login",
    "logon",
    "signin",
    "sign-in",
    "auth",
    "session",
    "token",
    "password",
    "admin",
    "manager/html",
    "xmlrpc.php",
    "j_security_check",
)
_REFUSED = frozenset({401, 403})
"""RFC 9110: unauthorised, forbidden."""


def is_failed_login(status: int, url: str) -> bool:
    """Whether an answer refuses a request to a place where passwords are tried.

    Elsewhere a 401 says little: clients that sign in with NTLM or Basic get one before every accepted request.
    """
    if status not in _REFUSED:
        return False
    path = url.partition("?")[0].lower()
    return any(word in path for word in _LOGIN_WORDS)
