"""The API that the page itself uses: all below /xuxie/v1."""

from __future__ import annotations

from pipeline.desk.api import described, going_on, keeping, learning, looking, shelf

ROUTES = [
    *shelf.ROUTES,
    *going_on.ROUTES,
    *looking.ROUTES,
    *keeping.ROUTES,
    *learning.ROUTES,
    *described.ROUTES,
]
