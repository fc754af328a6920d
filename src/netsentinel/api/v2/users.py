"""The people of the tenant over HTTP: who there is, what each may do, and passwords to begin with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems, secret_answer
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.identity import User
from netsentinel.kernel.types import Micros, Permission, Principal, Role

router = LateRouter(prefix="/api/v2/users", tags=["people and keys"])

Keeper = Annotated[Principal, Depends(Requires(Permission.USERS_MANAGE))]
UserId = Annotated[str, Path(max_length=64)]


@dataclass(frozen=True, slots=True)
class UserItem:
    """Somebody who logs in with a name and a password. Times are microseconds since 1970 UTC, 0 for never."""

    id: str
    name: str
    role: Role
    enabled: bool
    """Whether the user may log in."""
    created_at: Micros
    last_login_at: Micros
    disabled_at: Micros

    @classmethod
    def of(cls, user: User) -> "UserItem":
        """The user, for those who manage users."""
        times = (user.created_at, user.last_login_at, user.disabled_at)
        return cls(user.id, user.name, user.role, not user.is_disabled, *times)


@dataclass(frozen=True, slots=True)
class UserList:
    """All users of the tenant, by name."""

    items: tuple[UserItem, ...]


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """A user with a password to begin with. It is shown this once; whoever gets it should change it."""

    user: UserItem
    password: str


class NewUser(BaseModel):
    """A user to make."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=256, description="1 to 64 letters, digits and . _ @ -, whose case does not count.")
    role: Role


class UserChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = Field(None, description="What the user may do from now on.")
    enabled: bool | None = Field(None, description="Whether the user may log in.")


@router.get("", response_model=UserList, responses=problems(401, 403))
async def list_users(principal: Keeper, services: Served) -> Response:
    """Every user of the tenant, disabled ones too."""
    return answer(UserList(tuple(map(UserItem.of, await services.users.all(principal)))))


@router.post("", status_code=201, response_model=GivenPassword, responses=problems(400, 401, 403, 409, 429))
async def create_user(body: NewUser, principal: Keeper, request: Request, services: Served) -> Response:
    """Make a user, whose password to begin with is in the answer and never again. People only: a key makes none."""
    password = services.users.new_password()
    user = await services.users.create(principal, body.username, password, body.role)
    return secret_answer(request, GivenPassword(UserItem.of(user), password), 201)


@router.patch("/{user_id}", response_model=UserItem, responses=problems(400, 401, 403, 404, 409))
async def change_user(user_id: UserId, body: UserChange, principal: Keeper, services: Served) -> Response:
    """Give a user another role, shut the user out or let the user in. The user's sessions end.

    The last active administrator keeps role and access. A key may shut users out, and do nothing else.
    """
    return answer(UserItem.of(await services.users.change(principal, user_id, role=body.role, enabled=body.enabled)))


@router.post("/{user_id}/password", response_model=GivenPassword, responses=problems(400, 401, 403, 404, 409, 429))
async def give_password(user_id: UserId, principal: Keeper, request: Request, services: Served) -> Response:
    """Give another user a new password, which is in the answer and never again. The user's sessions end.

    The own one is changed with `POST /auth/password`. A key gives none.
    """
    password = services.users.new_password()
    user = await services.users.set_password(principal, user_id, password)
    return secret_answer(request, GivenPassword(UserItem.of(user), password))
