"""The labs, in the order in which they teach: the only file that names them all."""

from __future__ import annotations

from pipeline.labs.lab import Lab

LABS: tuple[Lab, ...] = ()
