"""The older form of the HTTP API: each file translates what the current one answers, and decides nothing itself."""
