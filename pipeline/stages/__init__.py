"""The stages: what to do. One file a stage: its settings, its functions, its declaration.

A stage imports its tools inside the functions that use them, so that commands which only look at
settings and keys start quickly.
"""
