"""Training and measuring models, in a process of its own: everything here needs the extra `netsentinel[ml]`."""
