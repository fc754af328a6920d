"""Models that judge rows of features: one file per model, behind one port.

Everything here but `extra` needs the extra `netsentinel[ml]`; whoever imports it calls `extra.require` first.
"""
