"""What pyproject.toml cannot say: the wheel carries files that lie outside the package.

The files go into `pipeline/shipped_files/`, where `pipeline/shipped.py` looks for them. An editable
installation takes them from the checkout and gets no copies.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = (
    *sorted(Path("configs").glob("*.toml")),
    Path("data/novella.txt"),
    Path("data/userdict.txt"),
    Path("data/base.safetensors"),
    Path("data/README.md"),
    Path("docs/labs.md"),
)


class BuildWithShippedFiles(build_py):
    """Copies the shipped files beside the package's own."""

    def run(self) -> None:
        """Build the package, then add the files."""
        if not self.editable_mode:  # or modules that are gone would linger from an earlier build
            shutil.rmtree(Path(self.build_lib) / "pipeline", ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for path, target in self.shipped():
                self.mkpath(str(target.parent))
                self.copy_file(str(path), str(target), preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return all files that `run` makes."""
        added = [] if self.editable_mode else [str(target) for _, target in self.shipped()]
        return [*super().get_outputs(include_bytecode), *added]

    def get_source_files(self) -> list[str]:
        """Return all files that are read, which an sdist therefore holds."""
        return [*super().get_source_files(), *map(str, SHIPPED)]

    def shipped(self) -> list[tuple[Path, Path]]:
        """Return each shipped file and where its copy goes."""
        folder = Path(self.build_lib) / "pipeline" / "shipped_files"
        return [(path, folder / path) for path in SHIPPED]


setup(cmdclass={"build_py": BuildWithShippedFiles})
