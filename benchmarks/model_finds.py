"""What models find in real traffic that no rule and no statistical detector does, with their reasons.

For each file of Slips and for Cowrie's 26 days: models without labels learn the earlier half of the stream, then
detection with the bundled rules, the statistical detectors and those models runs over the later half. A find is an
entity of which models tell and nothing else does, before or after.
"""

import gzip
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.models import DeployedModel, Deployment
from netsentinel.detection.models.artefact import save
from netsentinel.detection.models.flows import FlowFeatures, is_flow
from netsentinel.detection.models.registry import MODELS
from netsentinel.detection.models.table import Table
from netsentinel.detection.models.windows import EntityWindows, rows_of
from netsentinel.detection.pipeline import Origin, Tally
from netsentinel.detection.rules import user_cache
from netsentinel.events.files import read_records
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, to_iso
from netsentinel.kernel.types import DEFAULT_TENANT

BUDGET = 0.01
NEAR = 30 * MINUTE
LEAST_ROWS = 100
OF_EACH = 4
HOW = (
    "Models without labels (`novelty` of flows, `behaviour` of entities' windows, thresholds for 1 % of the rows)"
    " learnt the earlier half of each file; then the pipeline ran over all of it with the bundled rules, the"
    " statistical detectors and, in the later half, those models. Listed is what models told of while nothing else"
    " told of the same two addresses, or of the same entity within 30 minutes; of each place the four surest. The"
    " files do not say which of these are attacks: they are what a person would be shown. Seed 0."
)
BATCH = 1_000
_KEY = b"k" * 32


@dataclass(frozen=True, slots=True)
class Stream:
    """Records of one place, in the order of their times."""

    name: str
    lines: list[bytes]
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Find:
    """What a model told of an entity that nothing else told of."""

    stream: str
    finding: Finding
    times: int


def streams(data: Path) -> Iterator[Stream]:
    """Slips' files, each folder and capture by itself, and Cowrie's days as one."""
    with tempfile.TemporaryDirectory(prefix="netsentinel-finds-") as place:
        folder = Path(place)
        with zipfile.ZipFile(data / "slips" / "slips_dataset.zip") as archive:
            archive.extractall(folder)
        tops = sorted({path.relative_to(folder).parts[0] for path in folder.rglob("*") if path.is_file()})
        for top in tops:
            yield stream(f"Slips {top}", [folder / top])
    days = sorted((data / "honeypot" / "cowrie").glob("*.gz"))
    with tempfile.TemporaryDirectory(prefix="netsentinel-finds-") as place:
        whole = Path(place) / "cowrie.json"
        whole.write_bytes(b"".join(gzip.decompress(day.read_bytes()) for day in days))
        yield stream("Cowrie, 26 days", [whole])


def stream(name: str, paths: Sequence[Path]) -> Stream:
    """The records of some files by time."""
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    found: list[tuple[int, int, bytes, Event]] = []
    for number, (_, line) in enumerate(read_records(paths)):
        try:
            record = decode(line)
            known = next(one for one in FORMATS.values() if one.recognises(record))
            event = known.parse(record, line, DEFAULT_TENANT, "stream")
        except (StopIteration, ValueError, msgspec.DecodeError):
            continue
        found.append((event.time, number, line, event))
    found.sort(key=lambda one: one[:2])
    return Stream(name, [one[2] for one in found], [one[3] for one in found])


def learnt(events: Sequence[Event], seed: int) -> tuple[DeployedModel, ...]:
    """Models of what these events usually are: of flows, and of entities' windows, where there are enough."""
    flows = [event for event in events if is_flow(event)]
    made: list[DeployedModel] = []
    kinds: tuple[tuple[str, str, Table], ...] = (
        ("flows", "novelty", FlowFeatures().rows(flows)),
        ("behaviour", "behaviour", rows_of(EntityWindows().take(events))),
    )
    for name, kind, rows in kinds:
        model = MODELS[kind](seed)
        try:
            if len(rows) < LEAST_ROWS:
                continue
            model.fit(rows)
        except TrainingDataError:
            continue
        made.append(
            DeployedModel(
                tenant=DEFAULT_TENANT,
                name=name,
                version="1",
                threshold=model.threshold(BUDGET),
                adapts=kind == "behaviour",
                artefact=save(model, _KEY),
            )
        )
    return tuple(made)


def finds(one: Stream, seed: int) -> list[Find]:
    """What models alone tell of, the surest first."""
    half = len(one.lines) // 2
    models = learnt(one.events[:half], seed)
    built = build_pipeline([bundled_rules()], cache=user_cache())
    origin, told = Origin(DEFAULT_TENANT, "stream"), list[Finding]()
    for start in range(0, len(one.lines), BATCH):
        if start >= half and models:
            for refused in built.models.deploy(Deployment(models, _KEY)):
                raise ValueError(refused.detail)
            models = ()
        tally = Tally()
        built.pipeline.examine(one.lines[start : start + BATCH], origin, tally)
        told += tally.findings
    others = [finding for finding in told if finding.detector != "models"]
    mine: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in told:
        if finding.detector == "models" and not any(map(partial(_is_about_the_same, finding), others)):
            mine.setdefault((finding.rule_id, finding.entity, finding.dst_ip), []).append(finding)
    return [Find(one.name, group[0], len(group)) for group in mine.values()]


def _is_about_the_same(model: Finding, other: Finding) -> bool:
    """Whether another detector told of the same pair of addresses, ever, or of the same entity within `NEAR`."""
    same_pair = bool(model.dst_ip) and (model.src_ip, model.dst_ip) == (other.src_ip, other.dst_ip)
    named = {name for name in (other.entity, other.user, other.src_ip if not other.dst_ip else "") if name}
    return same_pair or (model.entity in named and abs(model.time - other.time) < NEAR)


def table(data: Path, seed: int) -> Iterator[str]:
    """The lines of the page: how many finds each place gave, and the surest of them with their reasons."""
    yield "| Where | Records | Told of by models alone |"
    yield "|---|---|---|"
    told: list[Find] = []
    for one in streams(data):
        found = sorted(finds(one, seed), key=lambda find: (-_share(find), find.finding.time))
        yield f"| {one.name} | {len(one.lines):,} | {len(found)} |"
        told += found[:OF_EACH]
    yield ""
    yield "| Where, when | Whom it is about | Model | Probability, threshold | Why |"
    yield "|---|---|---|---|---|"
    for find in told:
        finding = find.finding
        first, *reasons = finding.matched
        limit = first.condition.removeprefix("above ").partition(",")[0]
        whom = f"{finding.entity_kind} `{finding.entity}`"
        other = [text for text in (finding.src_ip, finding.dst_ip) if text and text != finding.entity]
        yield (
            f"| {find.stream}, {to_iso(finding.time)[:16].replace('T', ' ')} | {whom}"
            f"{f' with `{other[0]}`' if other else ''} | `{finding.rule_id.removeprefix('model.')}` "
            f"| {first.value}, {limit} | {'; '.join(reason for reason in map(_reason, reasons) if reason)} |"
        )


def _share(find: Find) -> float:
    """The probability as it is told."""
    return float(find.finding.matched[0].value.removesuffix(" %"))


def _reason(matched: MatchedField) -> str:
    """A feature with what is usual; empty where it holds just that, and so tells a reader nothing."""
    usual = matched.condition.partition("usual would be ")[2]
    if usual == matched.value:
        return ""
    return f"{matched.field} {matched.value}{f' (usual {usual})' if usual else ''}"
