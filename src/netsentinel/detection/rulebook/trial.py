"""Reading and trying rules, in whatever process this runs. It brings pySigma along: the server does it in the bench."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from netsentinel.detection.build import judge
from netsentinel.detection.model import Finding
from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.detection.rulebook.model import CaseResult, RuleCase, RuleFacts
from netsentinel.detection.rulebook.packs import MOST_RULES
from netsentinel.detection.rulebook.ports import ReadRules, RuleHit
from netsentinel.detection.rules import LoadedRules, Rule, RuleCache, SigmaDetector, load_cached
from netsentinel.detection.rules.ahead import compile_ahead
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.model import Atom, Operation, pattern_pieces
from netsentinel.detection.rules.regex import instructions_of
from netsentinel.detection.rules.witness import atoms_of, sought
from netsentinel.events.formats import FORMATS, GenericFormat
from netsentinel.events.lake.model import StoredEvent
from netsentinel.events.lake.spool import event_of
from netsentinel.kernel.errors import InvalidInputError, RuleSyntaxError

_SHOWN_SOURCE = 64 * 1024
_OF_EACH, _CHARACTERS = 8, 8
"""What each text or number that a rule asks for counts, and how many characters count one more: some 300 bytes of the
detection process, and up to 4 for each character."""
MOST_HITS = 20_000
"""So many hits of a portion of stored events are told: more is no rule that anybody could use."""


def read_rules(paths: Sequence[Path], cache: RuleCache | None = None, *, ahead: bool = False) -> ReadRules:
    """The rules of files, folders and archives; with `ahead`, a tenant's: what they look for is compiled, too.

    Raises:
        InvalidInputError: an archive cannot be read, or a tenant's holds more rules than it may have.
        NotFoundError: a path does not exist.
    """
    loaded = load_cached(paths, cache)
    if ahead and (many := len(loaded.rules) + len(loaded.failed)) > MOST_RULES:
        raise InvalidInputError(f"The archive holds {many:,} rules; a tenant may have {MOST_RULES:,}.")
    if ahead and cache is not None:
        compile_ahead(loaded.rules, cache)
    return _read(loaded)


def check_text(text: str) -> ReadRules:
    """The rules of one YAML text."""
    return _read(load_text(text))


def try_text(text: str, cases: Iterable[RuleCase | str]) -> list[CaseResult]:
    """What the rules of a text do with each event.

    Raises:
        InvalidInputError: no rule in the text loads.
    """
    loaded = load_text(text)
    if not loaded.rules:
        raise loaded.failed[0] if loaded.failed else InvalidInputError("The text holds no rule.")
    return [_result(loaded.rules, case, number) for number, case in enumerate(cases, 1)]


def judge_stored(text: str, events: Sequence[StoredEvent]) -> list[RuleHit]:
    """What the rules of a text find in stored events.

    Raises:
        InvalidInputError: no rule in the text loads.
    """
    loaded = load_text(text)
    if not loaded.rules:
        raise loaded.failed[0] if loaded.failed else InvalidInputError("The text holds no rule.")
    detector = SigmaDetector(loaded.rules)
    pipeline = Pipeline(FORMATS, [detector], fallback=GenericFormat())
    hits: list[RuleHit] = []
    for number, event in enumerate(events):
        hits += (
            RuleHit(number, found.rule_id, found.title, found.level, found.fingerprint, found.matched)
            for found in _findings(pipeline, detector, event)
        )
        if len(hits) > MOST_HITS:
            raise InvalidInputError(
                f"The rules match more than {MOST_HITS:,} times in {number + 1:,} events. Make them narrower."
            )
    return hits


def _findings(pipeline: Pipeline, detector: SigmaDetector, event: StoredEvent) -> list[Finding]:
    """What a detector says about a stored event: one that came as JSON is read as it was read then."""
    if not event.raw:
        tally = Tally()
        pipeline.examine([event.native.encode()], Origin(event.tenant, event.source, event.format), tally)
        if not tally.rejections:
            return tally.findings
    return detector.analyze_events([event_of(event)])


def _result(rules: Sequence[Rule], case: RuleCase | str, number: int) -> CaseResult:
    name, event, expected = (
        (f"event {number}", case, None) if isinstance(case, str) else (case.name, case.event, case.expected)
    )
    findings, error = judge(rules, event.encode())
    fired = bool(findings)
    return CaseResult(
        name=name,
        expected=expected,
        fired=fired,
        passed=not error and (expected is None or fired is expected),
        matched=findings[0].matched if findings else (),
        error=error,
    )


def _read(loaded: LoadedRules) -> ReadRules:
    return ReadRules(tuple(map(_facts, loaded.rules)), tuple(map(_failure, loaded.failed)))


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(
        id=rule.id,
        path=rule.path,
        title=rule.title,
        description=rule.description,
        maturity=rule.status,
        level=rule.level,
        author=rule.author,
        licence=rule.licence,
        changed_on=rule.date,
        product=rule.logsource.product,
        category=rule.logsource.category,
        service=rule.logsource.service,
        tags=rule.tags,
        false_positives=rule.false_positives,
        references=rule.references,
        source=rule.source,
        patterns=len(sought(rule.condition)),
        instructions=sum(map(_instructions, atoms_of(rule.condition))),
    )


def _instructions(atom: Atom) -> int:
    """Of what RE2 compiles for an atom, and what the atom itself counts."""
    kept, value = 0, str(atom.value)
    if atom.operation is Operation.REGEX:
        kept = instructions_of(value)
    elif atom.operation is Operation.LIKE:
        kept = instructions_of(pattern_pieces(value if atom.cased else value.lower()))
    return kept + _OF_EACH + (len(atom.field) + len(value)) // _CHARACTERS


def _failure(error: RuleSyntaxError) -> RuleFacts:
    """A rule that cannot be loaded: known by its place, since it may have no id and no title."""
    place = f"{error.path}\x1f{error.line}\x1f{error.column}"
    return RuleFacts(
        id="failing-" + blake2b(place.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest(),
        path=error.path,
        title=Path(error.path.rpartition("!")[2]).name,
        source=_source(error.path),
        error=error.detail,
        line=error.line,
        column=error.column,
    )


def _source(path: str) -> str:
    """The text of a file that cannot be loaded, as far as it can be shown."""
    try:
        with Path(path).open("rb") as stream:
            return stream.read(_SHOWN_SOURCE).decode("utf-8", "replace")
    except OSError:
        return ""
