"""Who may come in: users, sessions, API keys, tickets and the first run."""

from netsentinel.identity.entries import ENTRY_KINDS
from netsentinel.identity.keys import ApiKeys
from netsentinel.identity.logins import Logins
from netsentinel.identity.model import (
    NEVER,
    Admission,
    ApiKey,
    IdentityLimits,
    LoginResult,
    NewKey,
    NewTicket,
    Session,
    Tenant,
    User,
)
from netsentinel.identity.passwords import Argon2Hashing
from netsentinel.identity.ports import AuthProvider, IdentityStores, PasswordHashing
from netsentinel.identity.service import IdentityService
from netsentinel.identity.throttle import network_of
from netsentinel.identity.tokens import KEY_PREFIX, looks_like_api_key
from netsentinel.identity.users import Users

__all__ = [
    "ENTRY_KINDS",
    "KEY_PREFIX",
    "NEVER",
    "Admission",
    "ApiKey",
    "ApiKeys",
    "Argon2Hashing",
    "AuthProvider",
    "IdentityLimits",
    "IdentityService",
    "IdentityStores",
    "LoginResult",
    "Logins",
    "NewKey",
    "NewTicket",
    "PasswordHashing",
    "Session",
    "Tenant",
    "User",
    "Users",
    "looks_like_api_key",
    "network_of",
]
