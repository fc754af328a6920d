"""The desk of the current version serves the older one as well."""

from tests.unit.api.v2.conftest import desk

__all__ = ["desk"]
