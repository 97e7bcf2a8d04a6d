"""Labs: small recurrent networks, from a single gate to the novel's first ten windows.

Each file is one lab: its settings, its functions, and `LAB`, a catalogue of four stages (data,
train, evaluate, plot) that the same runner brings up to date. `catalog.py` names them in order.
"""
