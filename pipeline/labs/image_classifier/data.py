"""Stage `data`: scikit-learn's digits with a fifth held out, or the pictures of CIFAR-10."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.labs.artifacts import Trial
from pipeline.stage import Context, StageConfig

if TYPE_CHECKING:
    from pipeline.labs.image_classifier.cifar import Pictures


_DIGITS = tuple("0123456789")
_BLOCK = 4  # a pixel of a digit becomes a block of so many by so many
_HELD_OUT = 0.2  # of the digits


class DataConfig(StageConfig):
    """Which pictures."""

    source: str = Field(
        "",
        description="a folder with CIFAR-10's six .bin files, the archive cifar-10-binary.tar.gz, "
        "or the word cifar-10, which downloads it; empty for scikit-learn's digits",
        json_schema_extra={"path": True},
    )
    downloads: str = Field(
        "data/downloads",
        min_length=1,
        description="folder that the downloaded archive is kept in",
        json_schema_extra={"path": True},
    )
    timeout_seconds: float = Field(
        3600.0, gt=0, le=86_400, description="most seconds for the download of 162 MB"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed that decides which digits are held out")

    def files(self) -> dict[str, Path]:
        """Return the files of CIFAR-10, if it is given; none for digits and what is downloaded."""
        from pipeline.labs.image_classifier.cifar import source_files

        return source_files(self.source) if self.source else {}

    def key_settings(self) -> dict[str, Any]:
        """Return what decides the pictures beside files: the digits' seed, or the download."""
        from pipeline.labs.image_classifier.cifar import NAME

        if not self.source:
            return {"seed": self.seed}
        return {"source": NAME} if self.source == NAME else {}


def split_digits(seed: int) -> Pictures:
    """Return scikit-learn's digits, each pixel a block, with a fifth of every class held out."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    from pipeline.labs.image_classifier.cifar import Pictures

    values, labels = load_digits(return_X_y=True)  # (1797, 64) 0 to 16, (1797,)
    pixels = values.astype("uint8").reshape(-1, 8, 8, 1)
    images = pixels.repeat(_BLOCK, axis=1).repeat(_BLOCK, axis=2)  # (1797, 32, 32, 1) uint8
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels.astype("uint8"), test_size=_HELD_OUT, stratify=labels, random_state=seed
    )
    return Pictures(train_images, train_labels, test_images, test_labels)


def _read_pictures(config: DataConfig) -> Pictures:
    """Return the pictures that the settings name; raises as `cifar` does."""
    from pipeline.labs.image_classifier import cifar
    from pipeline.text.books.request import DownloadPolicy

    if not config.source:
        return split_digits(config.seed)
    if config.source != cifar.NAME:
        return cifar.read_cifar(Path(config.source))
    policy = DownloadPolicy(
        max_bytes=cifar.MAX_ARCHIVE_BYTES, timeout_seconds=config.timeout_seconds
    )
    archive = cifar.download_archive(Path(config.downloads), policy=policy)
    return cifar.to_pictures(cifar.unpack_archive(archive, name=cifar.ARCHIVE))


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Read the pictures and divide them; CIFAR-10 comes divided."""
    from pipeline.labs.image_classifier.cifar import CLASSES

    pictures = _read_pictures(config)
    # Only digits are divided by chance; of CIFAR-10 the seed is no part of the key either.
    seed = {} if config.source else {"data_seed": config.seed}
    facts = {
        **seed,
        "data": "CIFAR-10" if config.source else "digits",
        "classes": list(CLASSES if config.source else _DIGITS),
        "training_pictures": len(pictures.train_labels),
        "held_out_pictures": len(pictures.test_labels),
    }
    return Trial(pictures._asdict(), facts)
