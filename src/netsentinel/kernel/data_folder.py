"""Names in the data folder by which commands and servers on one machine find each other."""

LOCAL_KEY_FILE = "local.key"
"""The API key of the command line on the server's own machine."""

LOCAL_SERVER_FILE = "server.url"
"""The address of the server that runs on the folder, while it runs."""

DATABASE_FILE = "netsentinel.db"
"""SQLite's file."""

UNFINISHED_FILE = "backup.unfinished"
"""In a copy of a data folder while something is missing in it: a server would take it for a new one, and tidy it."""

DEMO_FOLDER = "demo"
"""The demo's own data folder, inside."""
