"""Putting the pipeline together: all formats, the rules, the detectors that judge behaviour, and the models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from netsentinel.detection.behaviour import (
    ArpOddities,
    Beacons,
    DnsTunnels,
    GeneratedNames,
    HoneypotTouches,
    LongConnections,
    NewServices,
    PasswordSpraying,
    TlsFingerprints,
)
from netsentinel.detection.guessing import PasswordGuessing
from netsentinel.detection.model import Finding
from netsentinel.detection.models import ModelHost
from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.detection.ports import Detector
from netsentinel.detection.rules import Rule, RuleCache, SigmaDetector, load_cached
from netsentinel.detection.scans import PortScans
from netsentinel.events.formats import FORMATS, GenericFormat
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lines import MAX_LINE_BYTES
from netsentinel.events.ports import Format
from netsentinel.kernel.errors import RuleSyntaxError
from netsentinel.kernel.types import DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Built:
    """A pipeline, and what became of its rules."""

    pipeline: Pipeline
    sigma: SigmaDetector
    models: ModelHost
    rules: int
    failed: tuple[RuleSyntaxError, ...]


def statistics() -> tuple[Detector, ...]:
    """The detectors that judge behaviour, with their default parameters."""
    return (
        PortScans(),
        PasswordGuessing(),
        PasswordSpraying(),
        Beacons(),
        LongConnections(),
        DnsTunnels(),
        GeneratedNames(),
        NewServices(),
        HoneypotTouches(),
        ArpOddities(),
        TlsFingerprints(),
    )


def build_pipeline(
    rules: Sequence[Path],
    *,
    max_line: int = MAX_LINE_BYTES,
    with_statistics: bool = True,
    fallback: Format | None = None,
    warn: Callable[[str], None] = lambda _: None,
    cache: RuleCache | None = None,
    spool: SpoolWriter | None = None,
) -> Built:
    """A fresh pipeline.

    Args:
        rules: files, folders and archives with rules; a rule that fails is left out and told.
        max_line: longest record, in bytes.
        with_statistics: whether the detectors that judge behaviour take part.
        fallback: the format of records that no format recognises.
        warn: told when a snapshot cannot be used.
        cache: where compiled rules are kept.
        spool: where every event is written for the lake.

    Raises:
        NotFoundError: a path does not exist.
    """
    loaded = load_cached(rules, cache)
    sigma = SigmaDetector(loaded.rules, cache)
    detectors: list[Detector] = [sigma]
    if with_statistics:
        detectors += statistics()
    models = ModelHost()
    detectors.append(models)
    pipeline = Pipeline(FORMATS, detectors, max_line=max_line, fallback=fallback, warn=warn, spool=spool)
    return Built(pipeline, sigma, models, len(loaded.rules), loaded.failed)


def judge(rules: Sequence[Rule], line: bytes) -> tuple[list[Finding], str]:
    """What some rules find in one record, and why it could not be read (empty when it could)."""
    pipeline = Pipeline(FORMATS, [SigmaDetector(rules)], fallback=GenericFormat())
    tally = Tally()
    pipeline.examine([line], Origin(DEFAULT_TENANT, "trial"), tally)
    return tally.findings, tally.rejected[0][1] if tally.rejected else ""
