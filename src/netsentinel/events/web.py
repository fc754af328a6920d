"""What HTTP formats share: which paths are logins."""

_LOGIN_WORDS = ("login", "logon", "signin", "sign-in", "auth", "session", "token", "xmlrpc.php", "j_security_check")


def is_login_path(url: str) -> bool:
    """Whether a URL looks like a place where passwords are tried."""
    path = url.partition("?")[0].lower()
    return any(word in path for word in _LOGIN_WORDS)
