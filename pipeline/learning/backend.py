"""TensorFlow and Keras, loaded in one place: quick kernels, no greetings."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STDERR = 2

# Both libraries read these when they are imported. Without the first, TensorFlow tells of the
# processor. oneDNN's kernels take three quarters of the time of its own; they round otherwise, so
# that the choice is no user's, and neither is Keras' backend: equal settings give equal bytes.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"


@contextmanager
def _muted_stderr() -> Iterator[None]:
    """Drop what is written to the process' standard error, by C++ code as well.

    TensorFlow says there that it uses oneDNN, twice, whatever log level it is told. Failures to
    import it are Python's exceptions and still seen.
    """
    try:
        kept = os.dup(_STDERR)
    except OSError:  # standard error is closed
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


@contextmanager
def _unsearched() -> Iterator[None]:
    """Look for no garbage meanwhile, nor later among what is there at the end.

    Hundreds of thousands of objects come and stay. To look through them again and again took a
    fifth of the loading, and a third of a second each time that memory is given back.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
        gc.freeze()


with _muted_stderr(), _unsearched():
    import keras
    import tensorflow as tf


def prepare_tensorflow() -> None:
    """Have TensorFlow give equal results for equal inputs, and share the cores sensibly.

    Two operations run at a time and share the cores between them: most steps are too small to be
    parted further.
    """
    keras.config.set_floatx("float32")  # whatever a keras.json says
    tf.config.experimental.enable_op_determinism()
    with suppress(RuntimeError):  # it has started its threads: an earlier training's choice stays
        tf.config.threading.set_inter_op_parallelism_threads(2)
        tf.config.threading.set_intra_op_parallelism_threads(max(1, (os.cpu_count() or 1) // 2))


__all__ = ["keras", "prepare_tensorflow", "tf"]
