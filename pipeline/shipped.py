"""Where the files lie that come with the program: settings, the novella, the labs' page.

In a checkout they are where one edits them, in `configs/`, `data/` and `docs/`. The wheel carries
copies in `pipeline/shipped_files/` (`setup.py`), a folder that no checkout has.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_COPIES = _PACKAGE / "shipped_files"

# The checkout that the program runs from; None where it is installed.
CHECKOUT = None if _COPIES.is_dir() else _PACKAGE.parent
# The folder that the names of shipped files start at, as `configs/default.toml`.
SHIPPED = CHECKOUT or _COPIES


def project_folder() -> Path:
    """Return where artifacts and downloads go: the checkout, else the current folder."""
    return CHECKOUT or Path.cwd()
