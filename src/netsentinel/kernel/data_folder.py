"""Names in the data folder by which commands and servers on one machine find each other."""

LOCAL_KEY_FILE = "local.key"
"""The API key of the command line on the server's own machine."""

LOCAL_SERVER_FILE = "server.url"
"""The address of the server that runs on the folder, while it runs."""

DATABASE_FILE = "netsentinel.db"
"""SQLite's file."""

DEMO_FOLDER = "demo"
"""The demo's own data folder, inside."""
