"""What a model predicts: losses of rows, and labels drawn from the model itself.

    loss_i = −log p(labels_i | inputs_i)                     summed over a row's labelled positions
    v_i    = ∇ −log p(y_i | inputs_i),  y_i ~ p(· | inputs_i)

With labels drawn from the model E[v vᵀ] is the true Fisher, which for these losses is the Gauss–Newton matrix (Martens,
"New insights and perspectives on the natural gradient method", 2020, sections 8 and 9). A language model's positions
are drawn one by one, each after the row's own tokens, as for K-FAC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint

from .errors import RunError
from .examples import IGNORED, Batch

TaskName = Literal["causal-lm", "classification"]

CHUNK_NUMBERS = 2**27
"""How many logits are float32 at a time. A vocabulary of 128,000 at 4,096 positions would be 2 GiB for each of several
buffers; so is what is worked out of them, which the backward pass works out again."""


class Task(Protocol):
    """How logits and labels of one kind of model lie."""

    name: TaskName

    def predictions(self, logits: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What is predicted in a batch: logits (m, classes), labels (m) and the row of each (m)."""
        ...


class CausalLm:
    """A language model: position t predicts token t + 1, where that one has a label."""

    name: TaskName = "causal-lm"

    def predictions(self, logits: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """logits (b, t, classes) → the positions that are labelled, in the order of rows and tokens."""
        following = batch["labels"][:, 1:]
        rows, positions = torch.nonzero(following != IGNORED, as_tuple=True)
        return logits[rows, positions], following[rows, positions], rows


class Classification:
    """A classifier: one label a row."""

    name: TaskName = "classification"

    def predictions(self, logits: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """logits (b, classes)."""
        labels = batch["labels"]
        return logits, labels, torch.arange(len(labels), device=labels.device)


TASKS: dict[str, type[Task]] = {"causal-lm": CausalLm, "classification": Classification}


def losses(logits: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor, count: int) -> torch.Tensor:
    """Losses (count) of the rows, in nats, from predictions as `Task.predictions` gives them."""
    parts: list[torch.Tensor] = [
        checkpoint(_cross_entropy, logits[part], labels[part], use_reentrant=False) for part in _chunks(logits)
    ]
    each = torch.cat(parts)
    return torch.zeros(count, dtype=each.dtype, device=each.device).index_add(0, rows, each)


def sample_labels(logits: torch.Tensor, rows: torch.Tensor, first_row: int, seed: int) -> torch.Tensor:
    """Labels (m) drawn from the model, each row's from a source of its own: the same whatever the batches are.

    The uniform numbers come from NumPy's Philox, which is specified and stable, and not from torch's generator; the
    label is where the cumulated probabilities pass them.
    """
    counts = torch.bincount(rows).tolist()
    drawn = [uniforms(seed, first_row + row, count) for row, count in enumerate(counts)]
    uniform = torch.from_numpy(np.concatenate(drawn)).to(logits.device)
    return torch.cat([_places(logits[part].detach(), uniform[part]) for part in _chunks(logits)])


def _chunks(logits: torch.Tensor) -> Iterator[slice]:
    positions, classes = logits.shape
    step = max(1, CHUNK_NUMBERS // classes)
    for start in range(0, positions, step):
        yield slice(start, start + step)


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(_wide(logits), labels, reduction="none")


def _places(logits: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
    cumulated = torch.softmax(_wide(logits), dim=-1).cumsum(dim=-1)
    drawn = uniform.to(cumulated.dtype) * cumulated[:, -1]
    places = torch.searchsorted(cumulated, drawn[:, None], right=True)[:, 0]
    return places.clamp(max=logits.shape[-1] - 1)


def _wide(logits: torch.Tensor) -> torch.Tensor:
    """Half precision is too coarse for a sum over a vocabulary."""
    return logits if logits.dtype == torch.float64 else logits.float()


def uniforms(seed: int, row: int, count: int) -> np.ndarray:
    """Numbers (count) in [0, 1) that belong to a row."""
    return np.random.Generator(np.random.Philox(key=[seed, row])).random(count)


def require_labels(rows: torch.Tensor, count: int, first_row: int) -> None:
    """Every row must predict something, or it has no gradient."""
    seen = torch.bincount(rows, minlength=count)
    missing = torch.nonzero(seen == 0)
    if len(missing) > 0:
        row = first_row + int(missing[0])
        raise RunError(
            f"row {row}", "it has no labelled token after its first", "Leave it out, or truncate less of it."
        )
