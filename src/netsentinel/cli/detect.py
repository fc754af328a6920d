"""`netsentinel detect`: run rules over files, without a server. Also for trying a rule out before it goes to one."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.output import Output, counted, print_table, talk

if TYPE_CHECKING:
    from netsentinel.detection.build import Built
    from netsentinel.detection.model import Finding

_CHUNK_RECORDS = 2_000
_TOLD_REJECTED = 5
"""So many rejected records are told one by one; the rest are counted."""


def detect(
    *,
    more: Annotated[
        list[Path] | None, typer.Argument(help="Further files or folders with events.", metavar="[FILE]...")
    ] = None,
    rules: Annotated[
        list[Path] | None,
        typer.Option(
            "--rules", help="File, folder or .zip with Sigma rules; may be repeated. The bundled ones by default."
        ),
    ] = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option("--input", help="File (.json, .log, .csv, .evtx, .pcap, .gz, .zip) or folder; may be repeated."),
    ] = None,
    format: Annotated[str, typer.Option("--format", help="Name of a format; recognised by default.")] = "",  # noqa: A002 - the option's name
    statistics: Annotated[
        bool | None,
        typer.Option(
            "--statistics/--no-statistics",
            help="Also judge behaviour (scans, guessing, beacons, ...). On by default, but off when --rules is given.",
        ),
    ] = None,
    output: Annotated[
        Output, typer.Option("-o", "--output", help="What stdout gets: one JSON finding per line, or a table.")
    ] = Output.TABLE,
) -> None:
    """Say which rules fire on which events.

    A rule that cannot be loaded and a record that cannot be read are told on stderr and left out; the exit code is 0
    all the same (`netsentinel rules check` judges rules).
    """
    paths = [*(inputs or []), *(more or [])]
    if not paths:
        raise typer.BadParameter("name at least one file or folder with --input", param_hint="--input")
    built = _build(rules or [], statistics=statistics if statistics is not None else not rules)
    run = _Run(built, format)
    findings = run.findings(paths)
    if output is Output.JSON:
        for finding in findings:
            sys.stdout.buffer.write(_as_json(finding))
        sys.stdout.buffer.flush()
    else:
        _print_table(findings)
    talk(run.summary())


def _build(rules: list[Path], *, statistics: bool) -> "Built":
    from netsentinel.detection.build import build_pipeline
    from netsentinel.detection.content import bundled_rules
    from netsentinel.events.formats import GenericFormat

    built = build_pipeline(rules or [bundled_rules()], with_statistics=statistics, fallback=GenericFormat())
    for failure in built.failed:
        talk(f"left out: {failure}")
    return built


class _Run:
    """One pass over the input."""

    def __init__(self, built: "Built", wire_format: str) -> None:
        from netsentinel.detection.pipeline import Tally

        self._built = built
        self._format = wire_format
        self._tally = Tally()
        self._found = 0
        self._rejected = 0

    def findings(self, paths: list[Path]) -> "Iterator[Finding]":
        """Every finding, as the files are read."""
        from netsentinel.detection.pipeline import Origin
        from netsentinel.events.files import read_records
        from netsentinel.kernel.clock import SystemClock
        from netsentinel.kernel.types import DEFAULT_TENANT

        tally, now = self._tally, SystemClock().now()
        for source, lines in _chunks(read_records(paths, on_cut=talk, on_skip=talk, on_capture=talk)):
            self._built.pipeline.examine(lines, Origin(DEFAULT_TENANT, source, self._format, now), tally)
            for _, reason in tally.rejected[: max(0, _TOLD_REJECTED - self._rejected)]:
                talk(f"{source}: a record was left out: {reason}")
            self._rejected += tally.rejections
            found = tally.hand_over()
            self._found += len(found)
            yield from found
            if tally.is_cut:
                talk(f"{source}: rules match so often that not all findings are told.")
                tally.is_cut = False
            tally.rejected.clear()
            tally.rejections = 0

    def summary(self) -> str:
        """The pass in one sentence."""
        tally = self._tally
        return (
            f"{counted(self._found, 'finding')} by {counted(self._built.rules, 'rule')} in "
            f"{counted(tally.events, 'event')}; {counted(self._rejected, 'record')} could not be read."
        )


def _chunks(records: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Records of the same file together, some thousands at a time."""
    source, lines = "", list[bytes]()
    for path, line in records:
        if lines and (path != source or len(lines) >= _CHUNK_RECORDS):
            yield source, lines
            lines = []
        source = path
        lines.append(line)
    if lines:
        yield source, lines


def _as_json(finding: "Finding") -> bytes:
    import msgspec

    return (
        msgspec.json.encode(
            {
                "rule_id": finding.rule_id,
                "title": finding.title,
                "level": finding.level.value,
                "tags": finding.tags,
                "detector": finding.detector,
                "time": finding.time,
                "source": finding.source,
                "entity": finding.entity,
                "entity_kind": finding.entity_kind,
                "src_ip": finding.src_ip,
                "dst_ip": finding.dst_ip,
                "user": finding.user,
                "device": finding.device,
                "matched": finding.matched,
                "event": msgspec.Raw(finding.raw),
            }
        )
        + b"\n"
    )


def _print_table(findings: "Iterable[Finding]") -> None:
    from netsentinel.kernel.clock import to_iso

    rows = [
        (to_iso(one.time) if one.time else "", one.level.value, one.title, one.entity, Path(one.source).name)
        for one in findings
    ]
    print_table(("TIME", "LEVEL", "TITLE", "ABOUT", "FILE"), rows)
