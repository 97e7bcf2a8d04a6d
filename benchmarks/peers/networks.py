"""Two character networks in PyTorch: a GPT in nanoGPT's shape, and an LSTM."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any, NamedTuple

from benchmarks.pytorch import load_torch
from pipeline.arrays import Floats

_WIDTH, _HEADS, _LAYERS = 128, 4, 4  # of the GPT; nanoGPT's for a processor
_EMBEDDING, _HIDDEN = 128, 384  # of the LSTM
_SPREAD = 0.02  # of weights at first, as GPT-2's


class Network(NamedTuple):
    """A network that reads ids int64 (B, T) and foretells each next one among V.

    Attributes
    ----------
    parameters : all that is trained
    logits : (ids (B, T), state, dropout) → scores (B, T, V) and the state that it ends in; None
        stands for the state before any text
    steps : T in training
    streams : B in training
    context : how many characters at least are read before one that is scored, where there are
    scored : how many are scored of what is then read at once
    keeps_state : whether training goes on with the state that it ended in
    learning_rate : the highest
    dropout : the share of units that training leaves out at a time
    """

    parameters: list[Any]
    logits: Callable[[Any, Any, float], tuple[Any, Any]]
    steps: int
    streams: int
    context: int
    scored: int
    keeps_state: bool
    learning_rate: float
    dropout: float


def character_gpt(log_frequencies: Floats) -> Network:
    """Return a Transformer decoder (Radford et al. 2019) of 4 layers and heads, width 128.

    Layers normalise what they read; one table of vectors is for input and output, and its row V for
    a character that never stood before. It begins by saying how frequent characters are (V,).
    """
    torch = load_torch()
    vocabulary_size = len(log_frequencies)
    bias = torch.from_numpy(log_frequencies).clone().requires_grad_()
    functional, steps = torch.nn.functional, 128
    table = _normal(vocabulary_size + 1, _WIDTH)
    places = _normal(steps, _WIDTH)
    blocks = [_block_weights() for _ in range(_LAYERS)]
    last = (torch.ones(_WIDTH).requires_grad_(), torch.zeros(_WIDTH).requires_grad_())

    def logits(ids: Any, state: Any, dropout: float) -> tuple[Any, Any]:
        x = functional.embedding(ids, table) + places[: ids.shape[1]]  # (B, T, E)
        x = functional.dropout(x, dropout)
        for block in blocks:
            x = _apply_block(x, block, dropout)
        x = functional.layer_norm(x, (_WIDTH,), *last)
        return x @ table[:vocabulary_size].T + bias, None  # (B, T, V)

    layers = (each for block in blocks for each in block.values())
    return Network(
        parameters=[table, places, bias, *last, *layers],
        logits=logits,
        steps=steps,
        streams=4,
        context=64,
        scored=64,
        keeps_state=False,
        learning_rate=2e-3,
        dropout=0.1,
    )


def character_lstm(log_frequencies: Floats) -> Network:
    """Return an LSTM of one layer (Hochreiter & Schmidhuber 1997), its state carried on.

    One table of vectors is for input and output, with a projection to it (Press & Wolf 2017). It
    begins by saying how frequent characters are (V,).
    """
    torch = load_torch()
    vocabulary_size = len(log_frequencies)
    functional = torch.nn.functional
    table = _normal(vocabulary_size + 1, _EMBEDDING, spread=0.1)
    bias = torch.from_numpy(log_frequencies).clone().requires_grad_()
    lstm = torch.nn.LSTM(_EMBEDDING, _HIDDEN, batch_first=True)
    projection = torch.nn.Linear(_HIDDEN, _EMBEDDING)

    def logits(ids: Any, state: Any, dropout: float) -> tuple[Any, Any]:
        x = functional.dropout(functional.embedding(ids, table), dropout)  # (B, T, E)
        hidden, state = lstm(x, state)  # (B, T, H)
        predicted = projection(functional.dropout(hidden, dropout))  # (B, T, E)
        return predicted @ table[:vocabulary_size].T + bias, tuple(each.detach() for each in state)

    return Network(
        parameters=[table, bias, *lstm.parameters(), *projection.parameters()],
        logits=logits,
        steps=32,
        streams=8,
        context=512,
        scored=1024,
        keeps_state=True,
        learning_rate=6e-3,
        dropout=0.25,
    )


def _block_weights() -> dict[str, Any]:
    """Return the weights of one layer: attention, then two linear maps four times as wide."""
    torch = load_torch()
    narrow = _SPREAD / sqrt(2 * _LAYERS)  # of what is added to the stream, as GPT-2's
    return {
        "norm1": torch.ones(_WIDTH).requires_grad_(),
        "shift1": torch.zeros(_WIDTH).requires_grad_(),
        "qkv": _normal(_WIDTH, 3 * _WIDTH),
        "attended": _normal(_WIDTH, _WIDTH, spread=narrow),
        "norm2": torch.ones(_WIDTH).requires_grad_(),
        "shift2": torch.zeros(_WIDTH).requires_grad_(),
        "widen": _normal(_WIDTH, 4 * _WIDTH),
        "narrow": _normal(4 * _WIDTH, _WIDTH, spread=narrow),
    }


def _apply_block(x: Any, block: dict[str, Any], dropout: float) -> Any:
    """Return x (B, T, E) after one layer."""
    functional = load_torch().nn.functional
    batch, steps, _ = x.shape
    read = functional.layer_norm(x, (_WIDTH,), block["norm1"], block["shift1"])
    heads = (read @ block["qkv"]).view(batch, steps, 3, _HEADS, _WIDTH // _HEADS)
    query, key, value = heads.permute(2, 0, 3, 1, 4)  # (B, heads, T, E / heads) each
    attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    attended = attended.transpose(1, 2).reshape(batch, steps, _WIDTH)  # (B, T, E)
    x = x + functional.dropout(attended @ block["attended"], dropout)
    read = functional.layer_norm(x, (_WIDTH,), block["norm2"], block["shift2"])
    wide = functional.gelu(read @ block["widen"])  # (B, T, 4E)
    return x + functional.dropout(wide @ block["narrow"], dropout)


def _normal(*shape: int, spread: float = _SPREAD) -> Any:
    """Return a parameter of normally distributed numbers."""
    torch = load_torch()
    return (torch.randn(*shape) * spread).requires_grad_()
