"""Labs: small networks, from one that adds bits to the original experiment on a novel.

A lab is a folder with a file a stage, which the same runner brings up to date, and `lab.py`, which
declares them as `LAB`; the last two are `evaluate` and `plot`. Before them come data and training
as the lab needs them: of `article`, the pipeline's own first stages. As each stage has its own
file, an edit re-runs what it concerns. What labs share lies in `shared/`. `catalog.py` names the
labs in order.
"""
