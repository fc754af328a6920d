"""How a finding is kept whole: its event as it came, and what the finding itself said."""

import msgspec

from netsentinel.alerts.model import AlertSample
from netsentinel.detection.model import Finding


def sample_of(finding: Finding) -> AlertSample:
    """The finding as its alert keeps it."""
    return AlertSample(
        at=finding.time,
        matched=finding.matched,
        event=native_event(finding.raw),
        source=finding.source,
        src_ip=finding.src_ip,
        dst_ip=finding.dst_ip,
        user=finding.user,
        device=finding.device,
    )


def native_event(raw: bytes) -> msgspec.Raw:
    """The event as it was given, as JSON; as a JSON string when it is none, or is nested too deeply to be read.

    It stays encoded from here to the caller of the API: no nesting can make a later encoding or decoding fail.
    """
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return msgspec.Raw(msgspec.json.encode(raw.decode("utf-8", "replace")))
    return msgspec.Raw(raw)
