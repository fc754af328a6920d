"""Logging in and out, the first run, who I am, my password, and tickets for WebSockets."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from netsentinel import __version__
from netsentinel.api.answers import answer, problems, secret_answer
from netsentinel.api.credentials import clear_session, is_secure, session_token, set_session
from netsentinel.api.deps import Requires, admission_of, authenticated, public
from netsentinel.api.late import LateRouter
from netsentinel.api.middleware.origin import is_loopback, origin_of, split_host
from netsentinel.api.services import Served
from netsentinel.identity import LoginResult
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, Permission, Principal, TenantId

router = LateRouter(tags=["session"])

Visitor = Annotated[Principal, Depends(authenticated())]
LiveVisitor = Annotated[Principal, Depends(Requires(Permission.LIVE_CONNECT))]


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a browser needs to know before anybody has logged in."""

    setup_needed: bool
    """Whether the first administrator has yet to be made."""
    demo: bool
    version: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who is logged in."""

    id: str
    name: str
    kind: str
    """`user` or `key`."""
    tenant: str
    role: str
    permissions: tuple[str, ...]
    """Sorted."""

    @classmethod
    def of(cls, principal: Principal) -> "Me":
        """The principal, for its own eyes."""
        permissions = tuple(sorted(principal.permissions))
        return cls(principal.id, principal.name, principal.kind, principal.tenant, principal.role.value, permissions)


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A one-time ticket for `hello` on the WebSocket."""

    ticket: str
    expires_at: Micros


def _encodable(value: SecretStr | str) -> SecretStr | str:
    """JSON can write half a character (a lone surrogate), which neither a hash nor a database can take."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not text.isprintable() and any(unicodedata.category(letter) == "Cs" for letter in text):
        message = "has half a character"
        raise ValueError(message)
    return value


Text = Annotated[str, AfterValidator(_encodable)]
Secret = Annotated[SecretStr, AfterValidator(_encodable)]


class Credentials(BaseModel):
    """A user's name and password."""

    model_config = ConfigDict(extra="forbid")

    username: Text = Field(max_length=256)
    password: Secret = Field(max_length=1024)
    tenant: Text = Field(DEFAULT_TENANT, max_length=64)


class FirstAdministrator(BaseModel):
    """The first administrator, with the token from the link that the server printed."""

    model_config = ConfigDict(extra="forbid")

    token: Secret = Field(max_length=256)
    username: Text = Field(max_length=256)
    password: Secret = Field(max_length=1024)


class PasswordChange(BaseModel):
    """The present password of whoever is logged in, and the one to come."""

    model_config = ConfigDict(extra="forbid")

    old_password: Secret = Field(max_length=1024)
    password: Secret = Field(max_length=1024)


@router.get("/auth/state", dependencies=[Depends(public())], response_model=ServerState)
async def show_state(services: Served) -> Response:
    """Whether the first administrator has yet to be made, and which version this is."""
    needed = await services.identity.setup_needed()
    return answer(ServerState(setup_needed=needed, demo=services.demo, version=__version__))


@router.post(
    "/auth/setup",
    status_code=201,
    dependencies=[Depends(public())],
    response_model=Me,
    responses=problems(400, 401, 403, 429),
)
async def set_up(body: FirstAdministrator, request: Request, services: Served) -> Response:
    """Make the first administrator and log in. It works once in the life of a server."""
    _check_transport(request, services.settings)
    result = await services.identity.complete_setup(
        body.token.get_secret_value(),
        body.username,
        body.password.get_secret_value(),
        address=_address(request),
        user_agent=request.headers.get("user-agent", ""),
    )
    return _welcome(result, 201, services.settings)


@router.post("/auth/login", dependencies=[Depends(public())], response_model=Me, responses=problems(400, 401, 403, 429))
async def log_in(body: Credentials, request: Request, services: Served) -> Response:
    """Open a session. The cookie in the answer is the session; one that came with the request ends."""
    _check_transport(request, services.settings)
    result = await services.identity.authenticate(
        body.username,
        body.password.get_secret_value(),
        tenant=TenantId(body.tenant),
        address=_address(request),
        user_agent=request.headers.get("user-agent", ""),
        replaces=session_token(request.headers, services.settings),
    )
    return _welcome(result, 200, services.settings)


@router.post("/auth/logout", status_code=204, dependencies=[Depends(public())], response_class=Response)
async def log_out(request: Request, services: Served) -> Response:
    """End the session. It does no harm when there is none."""
    token = session_token(request.headers, services.settings)
    if token:
        await services.identity.logout(token)
    response = Response(status_code=204)
    clear_session(response, services.settings)
    return response


@router.post("/auth/password", status_code=204, response_class=Response, responses=problems(400, 401, 403, 409, 429))
async def change_password(_visitor: Visitor, body: PasswordChange, request: Request, services: Served) -> Response:
    """Give yourself another password. This session goes on; every other session of yours ends."""
    _check_transport(request, services.settings)
    await services.logins.change_password(
        admission_of(request),
        body.old_password.get_secret_value(),
        body.password.get_secret_value(),
        address=_address(request),
    )
    return Response(status_code=204)


@router.get("/api/v2/me", response_model=Me, responses=problems(401))
async def show_me(principal: Visitor) -> Response:
    """Who is logged in, with all permissions."""
    return answer(Me.of(principal))


@router.post("/api/v2/ws-tickets", status_code=201, response_model=IssuedTicket, responses=problems(401, 403))
async def issue_ticket(_principal: LiveVisitor, request: Request, services: Served) -> Response:
    """A ticket that opens one WebSocket within 30 s, for programs, which have no cookie."""
    ticket = await services.identity.issue_ticket(admission_of(request))
    return secret_answer(request, IssuedTicket(ticket.text, ticket.expires_at), 201)


def _check_transport(request: Request, settings: Settings) -> None:
    """Refuse a password that everybody on the network could read.

    Behind a proxy the request itself is plain; that browsers come over https shows in the host they ask for.
    """
    header = request.headers.get("host", "")
    host = split_host(header)
    over_https = is_secure(settings) and origin_of(f"https://{header}") == origin_of(settings.public_url)
    if over_https or is_loopback(host):
        return
    raise NotAllowedError(
        f"Over plain HTTP everybody on the way to {host} could read the password. Put an HTTPS proxy in front and set "
        "NETSENTINEL_PUBLIC_URL to its https address, or open the server on its own machine as http://localhost."
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _welcome(result: LoginResult, status: int, settings: Settings) -> Response:
    response = answer(Me.of(result.principal), status)
    set_session(response, result.token, settings)
    return response
