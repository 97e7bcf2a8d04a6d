"""What a memory of the novel is: one interface, an entry of `table.MEMORIES` each.

A memory is made by `remember` from the training chapters, stored, and asked what may come next: at
the ends of texts while they are written, and at many places of one text, which is known, while
weights are fitted and scores made.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.memories import Stored
from pipeline.stage import Progress, StageConfig
from pipeline.workers import Workers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.arrays import Floats, Ids
    from pipeline.artifacts.network import Network
    from pipeline.artifacts.windows import Windows
    from pipeline.engine.memories.cache import Recent
    from pipeline.engine.memories.sparse import SparseProbs


@dataclass(frozen=True)
class Material:
    """What memories are made of: the text, and the network that has learned from it.

    Attributes
    ----------
    window : Windows
    network : Network
    progress : callable
        Told how much of how much is done, and what.
    scratch_path : Path
        Where large arrays may lie in nameless files (`pipeline.column`).
    workers : Workers
        Who may help.
    """

    window: Windows
    network: Network
    progress: Progress
    scratch_path: Path
    workers: Workers


@dataclass(frozen=True)
class NextPlaces:
    """The places of the next words of N texts.

    Attributes
    ----------
    vectors, units : float32 (N, E)
        ê, and its direction.
    recents : sequence of Recent
        Of each text the words read last and ê of their places, as far as the memories reach back.
    histories : sequence of tuple of int
        Its last T ids, at least one; V for an unknown word.
    own : float32 (N, V)
        What the network says.
    log_prior : float32 (V,)
        Log frequency of each word in the training chapters.
    """

    vectors: Floats
    units: Floats
    recents: Sequence[Recent]
    histories: Sequence[tuple[int, ...]]
    own: Floats
    log_prior: Floats

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return len(self.log_prior)


@dataclass(frozen=True)
class Places:
    """Consecutive places of one text, which is known: B that are asked about, and P before them.

    Attributes
    ----------
    contexts : int32 (B, T)
        The words before each place.
    units : float32 (P + B, E)
        The direction of ê at each place.
    words : int32 (P + B,)
        The words that really stand there; V for an unknown one.
    before : int
        P: all places of the text so far, or as many as the memories reach back.
    own : float32 (B, V)
        What the network says.
    log_prior : float32 (V,)
        Log frequency of each word in the training chapters.
    """

    contexts: NDArray[np.int32]
    units: Floats
    words: NDArray[np.int32]
    before: int
    own: Floats
    log_prior: Floats

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return len(self.log_prior)


class Memory(Stored, Protocol):
    """A memory, whatever it holds: `build` makes it, all other methods are given it.

    Attributes
    ----------
    name : str
        In the mixture, on the command line, in files.
    settings : type of StageConfig
        Its fields in `[remember]`, of which the one that is called like the memory turns it on.
    """

    name: str
    settings: type[StageConfig]

    @abstractmethod
    def build(self, config: Any, material: Material) -> Any:
        """Return what is remembered of the training chapters; `config` has the `settings`."""
        ...

    def reach(self, held: Any) -> int:
        """Return how many words back it looks, beyond those in the network's context."""
        return 0

    @abstractmethod
    def probs(self, held: Any, places: NextPlaces) -> SparseProbs:
        """Return p(w) of the next words of N texts."""
        ...

    @abstractmethod
    def batch_probs(self, held: Any, places: Places) -> Floats:
        """Return p(w) of the B places, float32 (B, V); a row of zeros where it has nothing to say.

        The same numbers as `probs` gives one by one.
        """
        ...

    def arrays(self, held: Any) -> dict[str, NDArray[Any]]:
        """Return its arrays by name; the names begin with the memory's and a dot."""
        return {}

    def facts(self, held: Any) -> dict[str, Any]:
        """Return what is not in the arrays, as JSON values; by default a dataclass' fields."""
        return dict(vars(held))

    @abstractmethod
    def read(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids) -> Any:
        """Check the arrays and facts, and put them together; `text` is the training text.

        Raises
        ------
        ArtifactDamaged
            An array has another shape or dtype, or leads out of another; a number out of bounds.
        """
        ...

    # What a model's file is held to, which may come from a stranger. All raise ArtifactDamaged.
    # The first two have no default: one that lets pass what `facts` and `arrays` say is not known.

    @abstractmethod
    def check_facts(self, facts: Any) -> None:
        """Refuse all but the facts that `facts` gives, and values out of bounds."""
        ...

    @abstractmethod
    def bounds(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        """Return what each of the memory's arrays must be, given V and E: no entry, no array."""
        ...

    def check(self, held: Any, *, vocabulary_size: int) -> None:
        """Refuse what is within all bounds and yet no memory."""
        return
