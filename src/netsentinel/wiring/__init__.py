"""Which entry of the journal leads to what: one table (`reactions.py`), and what runs it (`runner.py`)."""
