"""Rules over HTTP: list, explain, try, switch, add and remove."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.detection.rulebook import (
    AddReport,
    CheckReport,
    PackList,
    RuleDetail,
    RuleFilter,
    RuleOrder,
    RulePage,
    RuleState,
    RuleSummary,
    TestReport,
)
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Level, Permission, Principal

router = LateRouter(prefix="/api/v2/rules", tags=["rules"])

Reader = Annotated[Principal, Depends(Requires(Permission.RULES_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.RULES_WRITE))]

_MAX_TEXT = 512 * 1024
_MAX_EVENTS = 100
_BINARY = {"requestBody": {"required": True, "content": {"application/zip": {"schema": {"type": "string"}}}}}


class RuleQuery(BaseModel):
    """Which rules, in which order, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=255, description="Words that title, id or tags contain.")
    level: str = Field("", max_length=64, description="One or more levels, separated by commas.")
    state: str = Field("", max_length=64, description="One or more of enabled, disabled, failing.")
    product: str = Field("", max_length=255, description="Product of the log source, for example `windows`.")
    category: str = Field("", max_length=255, description="Category of the log source, for example `webserver`.")
    service: str = Field("", max_length=255, description="Service of the log source, for example `sshd`.")
    pack: str = Field("", max_length=255, description="Id or name of the pack.")
    order: RuleOrder = Field(RuleOrder.TITLE, description="By title, or highest first by something else.")
    limit: int = Field(100, ge=1, le=500, description="Rules a page.")
    cursor: str = Field("", max_length=2_048, description="`next` of the previous page.")

    def as_filter(self) -> RuleFilter:
        """The domain's filter.

        Raises:
            InvalidFilterError: an unknown level or state.
        """
        try:
            levels = tuple(Level(part) for part in self.level.split(",") if part)
            states = tuple(RuleState(part) for part in self.state.split(",") if part)
        except ValueError as error:
            raise InvalidFilterError(f"{error}; level and state take names separated by commas.") from error
        return RuleFilter(
            text=self.q,
            levels=levels,
            states=states,
            product=self.product,
            category=self.category,
            service=self.service,
            pack=self.pack,
        )


class RuleBody(BaseModel):
    """One or more rules as YAML."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=_MAX_TEXT, description="One or more Sigma rules as YAML documents.")


class Trial(BaseModel):
    """What a rule is tried on."""

    model_config = ConfigDict(extra="forbid")

    events: list[Annotated[str, Field(max_length=64 * 1024)]] = Field(
        [], max_length=_MAX_EVENTS, description="Events as they would arrive, one each; none for the rule's own cases."
    )


class Note(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=500, description="Why, for whoever finds the rule disabled.")


class PackQuery(BaseModel):
    """What an archive is called, and what it may be used for."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="Name; the tenant's pack of that name is replaced.")
    origin: str = Field("", max_length=500, description="Where it comes from, for people.")
    licence: str = Field("", max_length=200, description="Its licence; what its licence file says when left out.")


@router.get("", response_model=RulePage, responses=problems(400, 401, 403))
async def list_rules(query: Annotated[RuleQuery, Query()], principal: Reader, services: Served) -> Response:
    """The rules that look at the tenant's events, with their state, hits and cost."""
    page = await services.rules.page(
        principal.tenant, query.as_filter(), query.order, limit=query.limit, cursor=query.cursor or None
    )
    return answer(page)


@router.get("/packs", response_model=PackList, responses=problems(401, 403))
async def list_packs(principal: Reader, services: Served) -> Response:
    """Where the rules come from, with licences: the installation's packs first."""
    return answer(await services.rules.packs(principal.tenant))


@router.post(
    "/packs",
    status_code=201,
    response_model=AddReport,
    responses=problems(400, 401, 403, 409, 413, 503),
    openapi_extra=_BINARY,
)
async def add_pack(
    query: Annotated[PackQuery, Query()], request: Request, principal: Writer, services: Served
) -> Response:
    """Add a zip archive of rules, with its cases and its licence file, for the tenant's events.

    What cannot be loaded is listed as failing; the rest works within seconds.
    """
    report = await services.library.add_archive(
        principal, query.name, query.origin, query.licence, await request.body()
    )
    return answer(report, 201)


@router.delete("/packs/{pack_id}", status_code=204, response_class=Response, responses=problems(401, 403, 404))
async def remove_pack(pack_id: str, principal: Writer, services: Served) -> Response:
    """Remove a pack that the tenant added, by id or name. Its hits stay counted."""
    await services.library.remove_pack(principal, pack_id)
    return Response(status_code=204)


@router.post("/check", response_model=CheckReport, responses=problems(400, 401, 403, 503))
async def check_rule(rule: RuleBody, principal: Writer, services: Served) -> Response:
    """What a YAML text would become: rules, and faults with line and column. Nothing is kept."""
    return answer(await services.rules.check(principal.tenant, rule.text))


@router.post("", response_model=AddReport, status_code=201, responses=problems(400, 401, 403, 409, 503))
async def add_rule(rule: RuleBody, principal: Writer, services: Served) -> Response:
    """Add the rules of a YAML text for the tenant's events: all of them, or none when one fails."""
    return answer(await services.library.add_text(principal, rule.text), 201)


@router.get("/{rule_id}", response_model=RuleDetail, responses=problems(401, 403, 404))
async def show_rule(rule_id: str, principal: Reader, services: Served) -> Response:
    """A rule with its text, where it comes from, its cases, its hits and its cost."""
    return answer(await services.rules.detail(principal.tenant, rule_id))


@router.delete("/{rule_id}", status_code=204, response_class=Response, responses=problems(401, 403, 404, 409))
async def remove_rule(rule_id: str, principal: Writer, services: Served) -> Response:
    """Remove a rule that the tenant added by itself; one of a pack goes with its pack."""
    await services.library.remove_rule(principal, rule_id)
    return Response(status_code=204)


@router.post("/{rule_id}/enable", response_model=RuleSummary, responses=problems(401, 403, 404, 409))
async def enable_rule(rule_id: str, principal: Writer, services: Served) -> Response:
    """Have the rule look at the tenant's events again. Repeating it changes nothing."""
    return answer(await services.rules.switch(principal, rule_id, enabled=True))


@router.post("/{rule_id}/disable", response_model=RuleSummary, responses=problems(400, 401, 403, 404, 409))
async def disable_rule(rule_id: str, why: Note, principal: Writer, services: Served) -> Response:
    """Have the rule no longer look at the tenant's events. Other tenants keep it. Repeating it changes nothing."""
    return answer(await services.rules.switch(principal, rule_id, enabled=False, note=why.note))


@router.post("/{rule_id}/test", response_model=TestReport, responses=problems(400, 401, 403, 404, 409, 503))
async def test_rule(rule_id: str, trial: Trial, principal: Reader, services: Served) -> Response:
    """Run the rule on its own cases, or on these events. No alert comes of it."""
    return answer(await services.rules.test(principal.tenant, rule_id, trial.events))
