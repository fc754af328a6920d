"""`netsentinel models` that speak to a server: train, look at, compare, deploy, promote, take out, explain, watch."""

import asyncio
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption, time_of
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk
from netsentinel.cli.tasks import ask, segment
from netsentinel.kernel.errors import RemoteError

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

_PATH = "/api/v2/models"
_WAIT_S = 0.5
EXIT_FAILED = 1
_KINDS = {"windows": "behaviour", "histories": "feature-maps"}
"""What is trained on rows of events, unless stated otherwise."""

BenignOption = Annotated[
    list[str] | None,
    typer.Option(
        help="A label of benign rows, * for any characters: 'flow=From-Normal*'; may be repeated. By default 0, normal,"
        " benign, background, false, legitimate and -."
    ),
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="The model's id, or its name such as flows:3.")]
NoteOption = Annotated[str, typer.Option(help="Why, for whoever reads the history.")]


def list_models(
    *,
    line: Annotated[str, typer.Option(help="Only those of this line.")] = "",
    stage: Annotated[
        str, typer.Option(help="trained, shadow, canary, promoted, replaced, rolled_back, retired; with commas.")
    ] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the trained models with their figures and where they stand, newest first."""
    query = {name: value for name, value in {"line": line, "stage": stage, "limit": 200}.items() if value}
    items = asyncio.run(ask(server, key, _PATH, query=query))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    print_table(_COLUMNS, [_row(item) for item in items])


def train(
    *,
    path: Annotated[
        str,
        typer.Option(
            help="The name of an uploaded table (also table:NAME, as `models tables` says), or the absolute path of a"
            " file on the server, in a folder that sources may read; stored events without it."
        ),
    ] = "",
    label: Annotated[str, typer.Option(help="Of a file: the column that says what a row is.")] = "label",
    benign: BenignOption = None,
    drop: Annotated[list[str] | None, typer.Option(help="A column that is no feature; may be repeated.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Of stored events: column=value; may be repeated.")] = None,
    since: Annotated[str, typer.Option(help="Stored events from this time on, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Stored events before this time.")] = "",
    most: Annotated[int, typer.Option(min=50, max=1_000_000, help="Stored events at most, the newest.")] = 200_000,
    rows_of: Annotated[
        str,
        typer.Option(
            help="Of stored events: flows, windows (what each entity did in five minutes) "
            "or histories (in its last eight windows)."
        ),
    ] = "flows",
    line: Annotated[
        str, typer.Option(help="Models of one line take each other's place; by default a table's name, or --rows-of.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            help="Which model; flow-classifier, of windows behaviour, of histories feature-maps."
            " `models evaluate` measures all."
        ),
    ] = "",
    split: Annotated[str, typer.Option(help="hash, time or host: how rows to measure on are told apart.")] = "hash",
    time_column: Annotated[str, typer.Option(help="Of a file split by time.")] = "",
    host_column: Annotated[str, typer.Option(help="Of a file split by host.")] = "",
    test_share: Annotated[float, typer.Option(min=0.05, max=0.9, help="About how many rows to measure on.")] = 0.3,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of everything random.")] = 0,
    target: Annotated[
        float, typer.Option("--fpr", min=0.00001, max=0.5, help="Benign rows the threshold may cost.")
    ] = 0.001,
    search: Annotated[int, typer.Option(min=0, max=3600, help="Seconds to look for better parameters.")] = 0,
    note: NoteOption = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Train a model on the server, show how far it is, and print what came of it. It goes on without this command."""
    wanted: dict[str, Any] = {
        "path": path,
        "label": label,
        "drop": drop or [],
        "where": where or [],
        "since": time_of(since),
        "until": time_of(until),
        "most": most,
        "rows_of": rows_of,
        "kind": kind or _KINDS.get(rows_of, "flow-classifier"),
        "split": split,
        "time_column": time_column,
        "host_column": host_column,
        "test_share": test_share,
        "seed": seed,
        "fpr": target,
        "search_seconds": search,
        "note": note,
    }
    stated = {name: value for name, value in {"line": line, "benign": benign}.items() if value}
    made = asyncio.run(_train(server, key, wanted | stated))
    model = made["model"]
    if output is Output.JSON:
        print_json(made)
    elif model is not None:
        print_table(_COLUMNS, [_row(model)])
        _talk_of_nothing_found(model)
    if made["task"]["state"] != "succeeded":
        talk(f"The training {made['task']['state']}: {made['task']['error']} [{made['task']['error_code']}]")
        raise typer.Exit(EXIT_FAILED)


def show(
    model: ModelArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show a model: its card, its history, and where it stands."""
    found = asyncio.run(_of(server, key, model, ""))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(_COLUMNS, [_row(found["model"])])
    typer.echo("")
    typer.echo(printable(found["report"].get("card", "")))
    print_table(
        ("WHEN", "WHO", "WHAT", "NOW", "NOTE"),
        [
            (_when(one["at"]), one["principal_name"], one["change"], one["after"], one["note"])
            for one in found["history"]
        ],
    )


def compare(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="From 2 to 10 models, by id or name.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show models side by side."""
    found = asyncio.run(_compared(server, key, models))
    if output is Output.JSON:
        print_json(found)
        return
    names = [item["model"]["name"] for item in found]
    print_table(
        ("FIGURE", *names),
        [
            (figure, *(_said(item["model"]["scores"][figure]) for item in found))
            for figure in found[0]["model"]["scores"]
        ],
    )


def deploy(
    model: ModelArgument,
    *,
    stage: Annotated[str, typer.Option(help="shadow, which only counts, or canary.")] = "shadow",
    share: Annotated[float, typer.Option(min=0.0001, max=1, help="Of the entities that a canary decides for.")] = 0.1,
    adapts: Annotated[
        bool | None,
        typer.Option("--adapts/--fixed", help="Whether it goes on learning from what it finds usual; as before."),
    ] = None,
    note: NoteOption = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Let a model judge events: as a shadow first, then as a canary for a share of the entities."""
    _decided(asyncio.run(_of(server, key, model, "deploy", _deployment(stage, share, adapts, note))))


def _deployment(stage: str, share: float, adapts: bool | None, note: str) -> dict[str, Any]:
    body: dict[str, Any] = {"stage": stage, "share": share, "note": note}
    return body if adapts is None else {**body, "adapts": adapts}


def promote(model: ModelArgument, *, note: NoteOption = "", server: ServerOption = "", key: KeyOption = "") -> None:
    """Make a canary the champion of its line, or ask for it where two people have to agree."""
    _decided(asyncio.run(_of(server, key, model, "promote", {"note": note})))


def rollback(model: ModelArgument, *, note: NoteOption = "", server: ServerOption = "", key: KeyOption = "") -> None:
    """Take a model out that judges; the one that a champion had replaced decides again."""
    _decided(asyncio.run(_of(server, key, model, "rollback", {"note": note})))


def retire(model: ModelArgument, *, note: NoteOption = "", server: ServerOption = "", key: KeyOption = "") -> None:
    """Have a model never judge again."""
    _decided(asyncio.run(_of(server, key, model, "retire", {"note": note})))


def explain(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Id of an alert that a model raised.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show why a model raised an alert: probabilities, and the features that moved them."""
    found = asyncio.run(ask(server, key, f"{_PATH}/explanations/{segment(alert)}"))
    if output is Output.JSON:
        print_json(found)
        return
    for one in found["findings"]:
        typer.echo(
            f"{_when(one['at'])}  {found['line']} {one['version']}: {one['probability']}, threshold {one['threshold']}"
        )
        print_table(
            ("", "FEATURE", "VALUE", "USUAL", "WHAT IT TELLS"),
            [
                ("+" if why["direction"] == "for" else "-", why["feature"], why["value"], why["usual"], why["says"])
                for why in one["reasons"]
            ],
        )


def monitor(
    model: ModelArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show what a model did in the last day, and how far it is from its training."""
    metrics, drift = asyncio.run(_watched(server, key, model))
    if output is Output.JSON:
        print_json({"metrics": metrics, "drift": drift})
        return
    print_table(
        ("FIGURE", "VALUE"),
        [
            ("flows judged", f"{metrics['judged']:,}"),
            (
                "above the threshold",
                f"{metrics['flagged']:,} ({metrics['flagged_share']:.3%})" if metrics["judged"] else "",
            ),
            ("expected; limit", f"{metrics['expected_share']:.3%}; {metrics['limit_share']:.3%}"),
            ("findings", f"{metrics['findings']:,}"),
            ("time of one flow", f"{metrics['microseconds']:.1f} us" if metrics["judged"] else ""),
            ("decided alerts, wrong ones", f"{_decided_of(drift)}, {drift['verdicts']['false_positives']}"),
            ("drift", drift["state"]),
            ("index of the scores", _said(drift["score_psi"])),
        ],
    )
    print_table(
        ("FEATURE", "PSI", ""),
        [(one["feature"], f"{one['psi']:.3f}", "drifted" if one["drifted"] else "") for one in drift["features"]],
    )


_COLUMNS = ("NAME", "STAGE", "KIND", "ROC AUC", "RECALL @ 0.1 %", "RECALL @ 1 %", "FPR", "TRAINED", "ID")


def _row(item: dict[str, Any]) -> tuple[object, ...]:
    scores, share = item["scores"], f" {item['share']:.0%}" if item["stage"] == "canary" else ""
    return (
        item["name"],
        item["stage"] + share,
        item["kind"],
        _said(scores["roc_auc"]),
        _said(scores["recall_at_01"]),
        _said(scores["recall_at_1"]),
        _said(scores["realised_fpr"]),
        _when(item["trained_at"]),
        item["id"],
    )


def _when(at: int) -> str:
    from netsentinel.kernel.clock import to_iso

    return to_iso(at)[:19] + "Z" if at else ""


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else f"{value:,}"


def _decided_of(drift: dict[str, Any]) -> int:
    return int(drift["verdicts"]["true_positives"] + drift["verdicts"]["false_positives"])


def _decided(model: dict[str, Any]) -> None:
    share = f", {model['share']:.0%} of the entities" if model["stage"] == "canary" else ""
    talk(f"{model['name']} is {model['stage']}{share}.")
    if model["alias"]:
        _talk_of_nothing_found(model)
    if model["request"] is not None:
        talk(f"{model['request']['by_name']} asked for its promotion; another user has to agree.")


def _talk_of_nothing_found(model: dict[str, Any]) -> None:
    """Good figures can hide that no bad row reaches the threshold, and a model that raises nothing looks like peace."""
    scores = model["scores"]
    if scores["realised_recall"] == 0:
        talk(
            f"At its threshold {model['name']} found none of the {counted(scores['bad'], 'bad row')} that it was"
            " measured on: it is likely to raise no alert. Trained with a higher --fpr it has a lower threshold."
        )


def _talk_of_upload(path: str) -> None:
    """Say how a file gets to the server that this machine has, and the server did not take."""
    if Path(path).is_file():
        talk(f"This machine has that file; send it to the server: netsentinel models upload {shlex.quote(path)}")


async def _train(server: str, key: str, wanted: dict[str, Any]) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        try:
            task = await _post(remote, f"{_PATH}/train", wanted)
        except RemoteError:
            _talk_of_upload(wanted["path"])
            raise
        said = ""
        while True:
            view: dict[str, Any] = await remote.get(f"{_PATH}/trainings/{task['id']}", {})
            now = view["task"]
            told = f"{now['percent']:.0f} % {now['stage']} {now['message']}".strip()
            if told != said and now["stage"]:
                talk(told)
            said = told
            if now["ended_at"] is not None:
                return view
            await asyncio.sleep(_WAIT_S)


async def _of(server: str, key: str, model: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        path = f"{_PATH}/{segment(await _id_of(remote, model))}"
        found: dict[str, Any] = await (
            _post(remote, f"{path}/{what}", body) if body is not None else remote.get(path, {})
        )
        return found


async def _compared(server: str, key: str, models: list[str]) -> list[dict[str, Any]]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        ids = [await _id_of(remote, model) for model in models]
        found: list[dict[str, Any]] = (await remote.get(f"{_PATH}/compare", {"ids": ",".join(ids)}))["items"]
        return found


async def _watched(server: str, key: str, model: str) -> tuple[dict[str, Any], dict[str, Any]]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        path = f"{_PATH}/{segment(await _id_of(remote, model))}"
        return await remote.get(f"{path}/metrics", {}), await remote.get(f"{path}/drift", {})


async def _id_of(remote: "Remote", model: str) -> str:
    """The id of a model that may be named by line and number, as `flows:3`."""
    from netsentinel.kernel.errors import NotFoundError

    line, colon, number = model.rpartition(":")
    if not colon:
        return model
    cursor = ""
    while True:
        page = await remote.get(_PATH, {"line": line, "limit": 200, **({"cursor": cursor} if cursor else {})})
        found = next((item for item in page["items"] if str(item["number"]) == number), None)
        if found is not None:
            return str(found["id"])
        cursor = page["next"]
        if not cursor:
            raise NotFoundError(f"There is no model {model}; `netsentinel models list` shows those that there are.")


async def _post(remote: "Remote", path: str, body: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    headers = {"Content-Type": "application/json"}
    answer: dict[str, Any] = await remote.call("POST", path, body=msgspec.json.encode(body), headers=headers)
    return answer
