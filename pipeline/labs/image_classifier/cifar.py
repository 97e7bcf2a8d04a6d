"""CIFAR-10 in its binary version (Krizhevsky 2009), read without trusting it.

A record has 3,073 bytes: a label, 0 to 9, then the red, the green and the blue plane of a picture
of 32 × 32 pixels, row by row. Five files of records are to learn from, one is to test with.

The archive is unpacked in memory: plain members of just the expected names and sizes, nothing
written to disk, no link followed. The Python version of the data is refused, since reading it means
unpickling, and a pickle can run any program.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError, DownloadRefused
from pipeline.text.books.request import DownloadPolicy

NAME = "cifar-10"  # the word that stands for the real archive, downloaded
ARCHIVE = "cifar-10-binary.tar.gz"
_URL = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
# Of the 170,052,171 bytes whose published MD5 is c32a1d4ab5d03f1284b67883e8d87530.
_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
MAX_ARCHIVE_BYTES = 2**28
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

FOLDER = "cifar-10-batches-bin"  # in the archive
_PYTHON_FOLDER = "cifar-10-batches-py"
_TRAINING_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"
FILES = (*_TRAINING_FILES, TEST_FILE)

_SIDE = 32
_CHANNELS = 3
_RECORD_BYTES = 1 + _CHANNELS * _SIDE * _SIDE
_MAX_RECORDS = 10_000  # in a file
MAX_TAR_BYTES = len(FILES) * _MAX_RECORDS * _RECORD_BYTES + 2**20  # two small texts lie beside them
_MAX_MEMBERS = 100  # the real one has nine
_GZIP = b"\x1f\x8b"
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


class Pictures(NamedTuple):
    """Labelled pictures, to learn from and to test with; N and M of them."""

    train_images: NDArray[np.uint8]  # (N, 32, 32, 3): red, green, blue
    train_labels: NDArray[np.uint8]  # (N,)
    test_images: NDArray[np.uint8]  # (M, 32, 32, 3)
    test_labels: NDArray[np.uint8]  # (M,)


def source_files(source: str) -> dict[str, Path]:
    """Return the files that a path stands for, label → path; none for what is downloaded.

    Files that are not there are left out: `read_cifar` says what is missing, or given in its place.
    """
    if source == NAME:
        return {}
    path = Path(source)
    if path.is_dir():
        folder = _records_folder(path)
        found = {name: folder / name for name in FILES}
    else:
        found = {"source": path}
    return {label: file for label, file in found.items() if file.exists()}


def read_cifar(path: Path) -> Pictures:
    """Read a folder of the six files, or the archive of the binary version.

    Raises
    ------
    DataError
        Nothing is there, or it is not, whole and sound, the binary version of CIFAR-10.
    """
    if path.is_dir():
        return to_pictures(_read_folder(path))
    try:
        size = path.stat().st_size
        if size > MAX_ARCHIVE_BYTES:
            raise DataError(
                f"{path}: expected {ARCHIVE}, at most {MAX_ARCHIVE_BYTES} bytes, got {size}"
            )
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: expected a folder with {TEST_FILE}, {ARCHIVE}, or the word {NAME}, "
            f"got {error.strerror}"
        ) from error
    return to_pictures(unpack_archive(data, name=str(path)))


def _records_folder(path: Path) -> Path:
    """Return where the files lie: in the folder, or in the one that the archive unpacks to."""
    inner = path / FOLDER
    return inner if inner.is_dir() and not (path / TEST_FILE).exists() else path


def _read_folder(path: Path) -> dict[str, bytes]:
    """Return file name → bytes of the six files in a folder; raises as `read_cifar`."""
    folder = _records_folder(path)
    if (folder / "data_batch_1").exists() or (path / _PYTHON_FOLDER).is_dir():
        raise _python_version(str(path))
    files = {}
    for name in FILES:
        try:
            if (folder / name).is_file():
                _check_size(str(folder / name), (folder / name).stat().st_size)
                files[name] = (folder / name).read_bytes()
        except OSError as error:
            raise DataError(
                f"{folder / name}: expected a readable file, got {error.strerror}"
            ) from error
    _check_complete(str(path), files)
    return files


def unpack_archive(data: bytes, *, name: str) -> dict[str, bytes]:
    """Return file name → bytes of the six files in an archive; raises as `read_cifar`.

    At most `MAX_TAR_BYTES` are decompressed, and only members that are wanted are read.
    """
    if not data.startswith(_GZIP):
        raise DataError(f"{name}: expected the gzip archive {ARCHIVE}, got {data[:4]!r}…")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(MAX_TAR_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(name, error) from error
    if len(unpacked) > MAX_TAR_BYTES:
        raise DataError(
            f"{name}: expected {ARCHIVE}, at most {MAX_TAR_BYTES} bytes unpacked, got more"
        )
    try:
        files = _read_members(unpacked, name=name)
    # What tarfile raises for a header that lies: its own errors, and what its parsing runs into.
    except (
        tarfile.TarError,
        OSError,
        EOFError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise _damaged(name, error) from error
    _check_complete(name, files)
    return files


def _read_members(unpacked: bytes, *, name: str) -> dict[str, bytes]:
    """Return file name → bytes of the wanted members of a tar file that is in memory."""
    wanted = {f"{FOLDER}/{file}": file for file in FILES}
    files = {}
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
        for count, member in enumerate(archive, 1):
            # A negative size sends tarfile back to a header that it has read, for ever; one too
            # large for the file sends it beyond what a file can be.
            if not 0 <= member.size <= MAX_TAR_BYTES or count > _MAX_MEMBERS:
                raise tarfile.ReadError(f"member {count} of {member.size} bytes")
            if member.name.startswith(_PYTHON_FOLDER):
                raise _python_version(name)
            if member.name not in wanted:
                continue
            if member.type not in _PLAIN:
                raise DataError(f"{name}: expected {member.name} as a plain file, got a link")
            _check_size(member.name, member.size)
            content = archive.extractfile(member)
            files[wanted[member.name]] = content.read() if content else b""
    return files


def _check_size(name: str, size: int) -> None:
    """Refuse a file that does not hold 1 to 10,000 whole records."""
    if size == 0 or size % _RECORD_BYTES or size > _MAX_RECORDS * _RECORD_BYTES:
        raise DataError(
            f"{name}: expected 1 to {_MAX_RECORDS} records of {_RECORD_BYTES} bytes, got {size} "
            f"bytes; get {ARCHIVE} again"
        )


def _check_complete(name: str, files: Mapping[str, bytes]) -> None:
    """Refuse a folder or archive in which a file is missing."""
    missing = [file for file in FILES if file not in files]
    if missing:
        raise DataError(
            f"{name}: expected the {len(FILES)} files of {ARCHIVE}, found no {missing[0]}; give "
            "the archive of the binary version or the folder it unpacks to"
        )


def decode_records(data: bytes, *, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the pictures of a file, uint8 (N, 32, 32, 3), and their labels, uint8 (N,).

    Raises
    ------
    DataError
        The size is not one of whole records, or a label is above 9.
    """
    _check_size(name, len(data))
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, _RECORD_BYTES)  # (N, 3073) uint8
    labels = records[:, 0].copy()  # (N,) uint8
    wrong = np.flatnonzero(labels >= len(CLASSES))
    if len(wrong):
        raise DataError(
            f"{name}: expected labels 0 to {len(CLASSES) - 1}, got {labels[wrong[0]]} in record "
            f"{wrong[0]}; get {ARCHIVE} again"
        )
    planes = records[:, 1:].reshape(-1, _CHANNELS, _SIDE, _SIDE)  # (N, 3, 32, 32) uint8
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def to_pictures(files: Mapping[str, bytes]) -> Pictures:
    """Decode the six files, given as file name → bytes."""
    parts = [decode_records(files[name], name=name) for name in _TRAINING_FILES]
    images = np.concatenate([images for images, _ in parts])  # (N, 32, 32, 3) uint8
    labels = np.concatenate([labels for _, labels in parts])  # (N,) uint8
    return Pictures(images, labels, *decode_records(files[TEST_FILE], name=TEST_FILE))


def download_archive(
    folder: Path, *, policy: DownloadPolicy, url: str = _URL, sha256: str = _SHA256
) -> bytes:
    """Return the real archive, from `folder` if it is kept there; only these very bytes count.

    Raises
    ------
    DownloadRefused
        The address cannot be reached, or gives other bytes.
    """
    from pipeline.text.books.digests import known_digest, record_digest
    from pipeline.text.books.download import download

    try:
        if known_digest(folder, url) != sha256:
            record_digest(folder, url, sha256)  # so the first download is checked as well
        return download(url, folder, policy=policy)
    except DownloadRefused as error:
        reason = str(error).partition("; ")[0]
        raise DownloadRefused(
            f"{NAME}: expected the archive of sha256 {sha256[:12]}…, got none ({reason}); fetch "
            f"{url} by other means and give the file as --source"
        ) from error


def _python_version(name: str) -> DataError:
    return DataError(
        f"{name}: expected the binary version of CIFAR-10, got the Python version, whose pickles "
        f"could run any program; get {ARCHIVE}"
    )


def _damaged(name: str, error: Exception) -> DataError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return DataError(
        f"{name}: expected {ARCHIVE} whole, got a damaged one ({reason}); get it again"
    )
