"""The graph in SQL, with an index in memory for walks."""

from netsentinel.academy.graph.store_sql.ledger import SqlLedger, SqlOperations
from netsentinel.academy.graph.store_sql.rows import SqlCounts, SqlRows
from netsentinel.academy.graph.store_sql.walks import SqlGraph

__all__ = ["SqlCounts", "SqlGraph", "SqlLedger", "SqlOperations", "SqlRows"]
