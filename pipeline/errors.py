"""Every error a user can cause, as one tree; the exit code belongs to the class.

XuxieError                  1
├── StageFailed             1   a stage raised something unforeseen, or could not be saved
│   ├── InputChanged        1   a source changed while its stage was running
│   └── WorkersLost         1   the cluster that a run works on has gone
├── ArtifactDamaged         1   a stored file is not as it was written, or not what it should be
├── SettingsError           2   a setting or option that cannot be accepted
│   └── NotReady            2   a command needs an artifact that is stale or missing
├── DataError               3   a novel, dictionary, vector file or seed phrase that cannot be used
│   ├── DownloadRefused     3   an address or a response that is not accepted
│   └── LibraryMissing      3   a file that takes a library which is not installed
└── Busy                    4   another run holds the artifacts folder

Messages are one line: what was expected, what was found, what to do. What a caller may act on is
told beside the sentence, as fields of the error. A command that mends it is put to the sentence
where the error is shown (`pipeline.program.told`).
"""

from __future__ import annotations

from pathlib import Path


class XuxieError(Exception):
    """The root: a one-line message for the user, the process's exit code, and what to act on.

    Parameters
    ----------
    message : what was expected, what was found, what to do
    option : the command-line option or argument at fault, such as `--config` or `NAME`
    setting : the setting at fault, by its dotted name, such as `train.epochs`
    command : the command that mends it, as it is typed after the program's name
    path : the file or folder at fault
    stage : the stage whose artifact, or whose run, is at fault

    Every field is None where it is not known.
    """

    exit_code = 1

    def __init__(
        self,
        message: str = "",
        *,
        option: str | None = None,
        setting: str | None = None,
        command: str | None = None,
        path: Path | None = None,
        stage: str | None = None,
    ) -> None:
        super().__init__(message)
        self.option = option
        self.setting = setting
        self.command = command
        self.path = path
        self.stage = stage


class StageFailed(XuxieError):
    """A stage raised something unforeseen, or its result could not be saved."""


class InputChanged(StageFailed):
    """An external input had other bytes after the run than before it; nothing was committed."""


class WorkersLost(StageFailed):
    """The cluster that a run works on, or the process that speaks with it, has gone."""


class ArtifactDamaged(XuxieError):
    """A file is incomplete, damaged or not of its form: an artifact, a model, word vectors.

    Where the file is a user's, commands and stages make a `DataError` of it.
    """


class SettingsError(XuxieError):
    """A setting or command-line option that cannot be accepted."""

    exit_code = 2


class NotReady(SettingsError):
    """A command needs an artifact that is stale or missing."""


class DataError(XuxieError):
    """A novel, dictionary, vector file or seed phrase that cannot be used."""

    exit_code = 3


class DownloadRefused(DataError):
    """An address that is not allowed, or a response that is not accepted."""


class LibraryMissing(DataError):
    """A file that takes a library which is not installed; elsewhere it may be read."""


class Busy(XuxieError):
    """Another run holds the artifacts folder."""

    exit_code = 4
