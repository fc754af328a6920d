"""Practice in SQL."""

from netsentinel.academy.practice.store_sql.answered import SqlAttempts, SqlEvidence, SqlModels
from netsentinel.academy.practice.store_sql.asked import SqlCards, SqlQuestions

__all__ = ["SqlAttempts", "SqlCards", "SqlEvidence", "SqlModels", "SqlQuestions"]
