"""Holds answers against the OpenAPI document: a status that an operation does not announce is a fault somewhere."""

import re
from typing import Any


class Documented:
    """The statuses that each operation of a document may answer."""

    def __init__(self, schema: dict[str, Any]) -> None:
        def literal_first(path: str) -> tuple[int, int]:
            return path.count("{"), -len(path)

        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "(.+)" if "{entity" in path else "([^/]+)", re.escape(path))), item)
            for path, item in sorted(schema["paths"].items(), key=lambda pair: literal_first(pair[0]))
        ]

    def check(self, method: str, path: str, status: int, version: str = "2") -> None:
        """Fail on a status that the operation at this path does not announce."""
        place = re.sub(r"^/api/(?!v\d)", f"/api/v{version}/", path.partition("?")[0])
        for pattern, item in self._paths:
            operation = item.get(method.lower())
            if operation is not None and pattern.fullmatch(place):
                said = set(operation["responses"])
                assert str(status) in said, f"{method} {path} answered {status}; its document says {sorted(said)}"
                return
        is_unknown = place.startswith("/api/v2/") and status not in (404, 405)
        assert not is_unknown, f"{method} {path} answered {status}, and no operation of the document is there"
