"""The vocabulary every other package speaks: types, ids, clock, errors, settings and log. No I/O."""
