"""Version 2 of the HTTP API: one file per feature."""
