"""The reader of CIFAR-10, on small archives in the real format: six files, fewer records."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, DownloadRefused
from pipeline.labs.image_classifier import cifar
from pipeline.text.books.request import DownloadPolicy

LOCAL = DownloadPolicy(allow_private=True, timeout_seconds=10, max_bytes=1_000_000)


def record(label: int, red: int = 1, green: int = 2, blue: int = 3) -> bytes:
    """A record as the format's page describes it: label, then three planes of 32 × 32 bytes."""
    return bytes([label]) + bytes([red]) * 1024 + bytes([green]) * 1024 + bytes([blue]) * 1024


def small_files() -> dict[str, bytes]:
    """Two records a file; in the n-th file the labels n and n + 1."""
    return {name: record(n) + record(n + 1, red=9) for n, name in enumerate(cifar.FILES)}


def tar_of(files: dict[str, bytes], folder: str = cifar.FOLDER) -> bytes:
    """A tar file with the files in a folder and a text beside them, as the real one."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in {"batches.meta.txt": b"airplane\n", **files}.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def archive_of(files: dict[str, bytes], folder: str = cifar.FOLDER) -> bytes:
    return gzip.compress(tar_of(files, folder), compresslevel=1)


def write_archive(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / cifar.ARCHIVE
    path.write_bytes(archive_of(files))
    return path


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_archive_folder_and_outer_folder_hold_the_same_pictures(tmp_path: Path) -> None:
    inner = write_folder(tmp_path / "out" / cifar.FOLDER, small_files())
    archive = write_archive(tmp_path, small_files())

    expected = cifar.read_cifar(archive)
    for path in (inner, tmp_path / "out"):
        for found, wanted in zip(cifar.read_cifar(path), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)
    # Files 0 to 4 are to learn from, file 5 to test with; labels as `small_files` gives them.
    assert expected.train_labels.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert expected.test_labels.tolist() == [5, 6]
    assert expected.train_images.shape == (10, 32, 32, 3)


def test_planes_become_the_colours_of_each_pixel() -> None:
    planes = np.arange(3 * 32 * 32) % 251  # 251 is prime: no two rows or planes are alike
    data = bytes([7]) + planes.astype(np.uint8).tobytes()

    images, labels = cifar.decode_records(data, name="x")

    assert labels.tolist() == [7]
    # Row 2, column 5 of the planes: 2 · 32 + 5 = 69 bytes after the start of each of 1,024.
    assert images[0, 2, 5].tolist() == [69 % 251, (1024 + 69) % 251, (2048 + 69) % 251]


def test_reading_an_archive_leaves_nothing_on_disk(tmp_path: Path) -> None:
    path = write_archive(tmp_path, small_files())

    cifar.read_cifar(path)

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"test_batch.bin": b""}, "got 0 bytes"),
        ({"test_batch.bin": record(1)[:-1]}, "got 3072 bytes"),
        ({"data_batch_3.bin": record(1) * 10_001}, "got 30733073 bytes"),
        ({"data_batch_3.bin": record(1) + record(10)}, "got 10 in record 1"),
        ({"data_batch_5.bin": None}, r"found no data_batch_5\.bin"),
    ],
    ids=["empty", "short", "too many", "label", "missing"],
)
@pytest.mark.parametrize("packed", [True, False], ids=["archive", "folder"])
def test_wrong_files_are_refused_in_one_line(
    tmp_path: Path, change: dict[str, bytes | None], reason: str, packed: bool
) -> None:
    files = {k: v for k, v in {**small_files(), **change}.items() if v is not None}
    path = write_archive(tmp_path, files) if packed else write_folder(tmp_path / "x", files)

    with pytest.raises(DataError, match=rf"expected.*{reason}.*;") as caught:
        cifar.read_cifar(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.tar.gz"
    whole = archive_of(small_files())

    for length in (3, 20, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="got a damaged one"):
            cifar.read_cifar(path)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 a zip", tar_of({})], ids=["empty", "zip", "tar"]
)
def test_what_is_no_gzip_archive_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match="expected the gzip archive"):
        cifar.unpack_archive(data, name="x")


def test_gzip_of_something_else_is_refused() -> None:
    with pytest.raises(DataError, match="got a damaged one"):
        cifar.unpack_archive(gzip.compress(b"no tar " * 1000), name="x")


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "MAX_TAR_BYTES", 100_000)
    with pytest.raises(DataError, match="at most 100000 bytes unpacked, got more"):
        cifar.unpack_archive(gzip.compress(bytes(100_001)), name="x")


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    secret = write_folder(tmp_path / "secret", {"bytes": record(1)}) / "bytes"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(f"{cifar.FOLDER}/{cifar.TEST_FILE}")
        member.type, member.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(member)

    with pytest.raises(DataError, match="got a link"):
        cifar.unpack_archive(packed.getvalue(), name="x")


def base_256(value: int) -> bytes:
    """A header's number as GNU tar writes large and negative ones."""
    field = value.to_bytes(12, "big", signed=True)
    return bytes([field[0] | 0x80]) + field[1:]


def sealed(whole: bytes, start: int) -> bytes:
    """A tar file whose header at `start` has the checksum of what it says now."""
    header = bytearray(whole[start : start + 512])
    header[148:156] = b" " * 8  # the checksum counts its own field as spaces
    header[148:156] = b"%06o\0 " % sum(header)
    return whole[:start] + bytes(header) + whole[start + 512 :]


@pytest.mark.parametrize("size", [-512, -(2**63), 2**62, 2**63, 2**87])
def test_a_member_of_impossible_size_ends_the_reading(size: int) -> None:
    """By a negative size tarfile goes back to a header that it has read, and on without end."""
    whole = tar_of(small_files())
    whole = whole[:124] + base_256(size) + whole[136:]

    with pytest.raises(DataError, match=f"member 1 of {size} bytes"):
        cifar.unpack_archive(gzip.compress(sealed(whole, 0)), name="x")


def test_members_elsewhere_are_not_taken_for_the_files() -> None:
    with pytest.raises(DataError, match=r"found no data_batch_1\.bin"):
        cifar.unpack_archive(archive_of(small_files(), folder=f"../{cifar.FOLDER}"), name="x")


def test_the_python_version_is_refused_and_the_binary_one_named(tmp_path: Path) -> None:
    # Published as cifar-10-python.tar.gz: pickles without suffix in cifar-10-batches-py.
    pickles = {"data_batch_1": b"cposix\nsystem\n", "test_batch": b"x"}
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(archive_of(pickles, folder="cifar-10-batches-py"))
    folder = write_folder(tmp_path / "out" / "cifar-10-batches-py", pickles)

    for source in (path, folder, folder.parent):
        with pytest.raises(DataError, match=r"Python version.*cifar-10-binary\.tar\.gz"):
            cifar.read_cifar(source)


def test_nothing_there_is_said_with_what_may_be_given(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz, or the word cifar-10"):
        cifar.read_cifar(tmp_path / "none")


# The fields of a header that tarfile reads (POSIX ustar, and GNU's sparse fields behind them).
FIELDS = st.sampled_from([0, 100, 124, 136, 156, 157, 257, 263, 329, 345, 386, 482, 483])
NUMBERS = st.integers(-(2**95), 2**95 - 1).map(base_256)
LIES = NUMBERS | st.sampled_from([bytes([kind]) for kind in b"LKSxgX12357"]) | st.binary(min_size=1)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 6),
    st.lists(st.tuples(FIELDS | st.integers(0, 511), LIES), min_size=1, max_size=3),
)
@example(member=0, lies=[(124, base_256(2**63))])
@example(member=0, lies=[(124, base_256(2**63)), (156, b"L")])  # read before there is a member
@example(member=1, lies=[(156, b"S")])
def test_a_header_that_lies_is_refused_or_read_within_bounds(
    member: int, lies: list[tuple[int, bytes]]
) -> None:
    whole = tar_of({name: record(n) for n, name in enumerate(cifar.FILES)})
    # A header and a text in a block of 512 bytes each; then a header and 7 blocks for each file.
    start = 1024 + (member - 1) * 8 * 512 if member else 0
    assert whole[start:].startswith(cifar.FOLDER.encode())  # it is a header

    header = bytearray(whole[start : start + 512])
    for offset, lie in lies:
        header[offset : offset + len(lie)] = lie[: 512 - offset]
    # Without its checksum tarfile would see at once that the header was changed.
    forged = sealed(whole[:start] + bytes(header) + whole[start + 512 :], start)
    try:
        pictures = cifar.to_pictures(cifar.unpack_archive(gzip.compress(forged, 1), name="x"))
    except DataError:
        return
    assert pictures.train_images.shape == (5, 32, 32, 3)
    assert pictures.test_labels.tolist() == [5]


def test_files_of_a_source(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "x", small_files())

    assert cifar.source_files("cifar-10") == {}
    assert cifar.source_files(str(folder)) == {name: folder / name for name in cifar.FILES}
    (folder / "data_batch_2.bin").unlink()
    assert list(cifar.source_files(str(folder))) == [n for n in cifar.FILES if "2" not in n]
    archive = write_archive(tmp_path, small_files())
    assert cifar.source_files(str(archive)) == {"source": archive}
    assert cifar.source_files(str(tmp_path / "none.tar.gz")) == {}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server on this machine that gives the small archive; its address."""
    served = tmp_path / "served"
    served.mkdir()
    write_archive(served, small_files())

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/{cifar.ARCHIVE}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_download_of_the_right_digest_is_kept(site: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    sha256 = hashlib.sha256((tmp_path / "served" / cifar.ARCHIVE).read_bytes()).hexdigest()

    data = cifar.download_archive(kept, policy=LOCAL, url=site, sha256=sha256)
    (tmp_path / "served" / cifar.ARCHIVE).unlink()

    assert cifar.unpack_archive(data, name="x") == small_files()
    assert cifar.download_archive(kept, policy=LOCAL, url=site, sha256=sha256) == data


def test_a_download_of_another_digest_is_refused_the_first_time(site: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    with pytest.raises(DownloadRefused, match=r"expected the archive of sha256 c4a38c50a1bc") as e:
        cifar.download_archive(kept, policy=LOCAL, url=site)
    assert "\n" not in str(e.value)
    assert [path.name for path in kept.iterdir()] == ["digests.json"]  # nothing half-written
