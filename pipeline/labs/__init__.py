"""Labs: small networks, from one that adds bits to the original experiment on a novel.

A lab is a file with its settings, its functions and `LAB`, a catalogue of stages that the same
runner brings up to date; the last two are `evaluate` and `plot`. Before them come data and training
as the lab needs them: of `article`, the pipeline's own first stages. What labs share, or what one
file cannot hold, lies beside them. `catalog.py` names the labs in order.
"""
