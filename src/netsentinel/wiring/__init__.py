"""Which entry leads to what (`reactions.py`), what runs that (`runner.py`), and actions of no one feature."""
