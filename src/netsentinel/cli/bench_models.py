"""`netsentinel bench models`: what the models cost on this machine."""

from typing import Annotated, Any

import typer

from netsentinel.cli.output import Output, OutputOption, print_json, print_table


def models(
    *,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of everything made up.")] = 0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Train and judge made-up rows on one thread, and run made-up flows through detection with models and without.

    training is the flow classifier on as many rows as NSL-KDD has; sketches and behaviour are entities' windows, each
    scored and then learnt; share is what models take of the pipeline's processor time, from packed lines to findings,
    their features included; own_share is what they take of it by themselves.
    """
    from netsentinel.detection.models import extra

    extra.require()
    from netsentinel.cli.model_costs import measure

    result = measure(seed=seed)
    if output is Output.JSON:
        print_json(result)
        return
    rows = [(name, str(value)) for name, value in result.items() if not isinstance(value, list)]
    lineups: list[dict[str, Any]] = result["pipeline"]
    for one in lineups:
        said = (
            f"{one['flows_per_cpu_s']:,} flows/CPU s, models {one['share']:.1%}, by themselves {one['own_share']:.1%}"
        )
        rows.append((f"pipeline, rules {one['rules']}, models {one['models']}", said))
    print_table(("FIGURE", "VALUE"), rows)
