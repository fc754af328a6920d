"""NetSentinel: a self-hosted security-operations platform in one process."""

__version__ = "0.1.0"
