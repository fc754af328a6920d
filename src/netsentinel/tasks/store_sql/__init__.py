"""The stores of tasks in SQL."""

from netsentinel.storage.dialect import Dialect
from netsentinel.tasks.engine import TaskStores
from netsentinel.tasks.store_sql.figures import SqlFigures
from netsentinel.tasks.store_sql.queue import SqlLeases, SqlQueue
from netsentinel.tasks.store_sql.tasks import SqlAttempts, SqlNeeds, SqlTasks
from netsentinel.tasks.store_sql.timeline import SqlTimeline

__all__ = ["SqlAttempts", "SqlFigures", "SqlLeases", "SqlNeeds", "SqlQueue", "SqlTasks", "SqlTimeline", "sql_stores"]


def sql_stores(dialect: Dialect) -> TaskStores:
    """All stores of tasks on a database of this kind."""
    return TaskStores(
        SqlTasks(dialect), SqlQueue(dialect), SqlLeases(dialect), SqlNeeds(), SqlAttempts(), SqlTimeline(), SqlFigures()
    )
