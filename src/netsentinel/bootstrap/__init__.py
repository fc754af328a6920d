"""The only package that names concrete classes: it builds the program from settings, and opens and closes it in order.

`ground` is what everything stands on, `senses` takes events in, `work` does tasks, `server` joins them.
"""

from netsentinel.bootstrap.ground import audit_key, entry_registry, open_database, open_identity
from netsentinel.bootstrap.library import open_library
from netsentinel.bootstrap.senses import open_lake_check
from netsentinel.bootstrap.server import Running, check_exposure, open_server
from netsentinel.bootstrap.work import open_tasks

__all__ = [
    "Running",
    "audit_key",
    "check_exposure",
    "entry_registry",
    "open_database",
    "open_identity",
    "open_lake_check",
    "open_library",
    "open_server",
    "open_tasks",
]
