"""The log sources that events have most often, as far as the formats' own tables tell them."""

from netsentinel.events.formats import suricata, windows_kinds, zeek
from netsentinel.events.model import Logsource


def usual_logsources() -> tuple[Logsource, ...]:
    """Each once; of Zeek's and Suricata's logs those that have a category."""
    wire = ((name, log, category) for name, logs in _WIRE.items() for log, category in logs.items())
    seen = (Logsource(product=name, category=category, service=log) for name, log, category in wire)
    return tuple(dict.fromkeys((*windows_kinds.usual_logsources(), *seen)))


_WIRE = {"zeek": zeek.CATEGORIES, "suricata": suricata.CATEGORIES}
