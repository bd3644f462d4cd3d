"""What a model predicts: losses of rows, and labels drawn from the model itself.

    loss_i = −log p(labels_i | inputs_i)                     summed over a row's labelled positions
    v_i    = ∇ −log p(y_i | inputs_i),  y_i ~ p(· | inputs_i)

With labels drawn from the model E[v vᵀ] is the true Fisher, which for these losses is the Gauss–Newton matrix (Martens,
"New insights and perspectives on the natural gradient method", 2020, sections 8 and 9). A language model's positions
are drawn one by one, each after the row's own tokens, as for K-FAC.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import torch

from .errors import RunError
from .examples import IGNORED, Batch

TaskName = Literal["causal-lm", "classification"]


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
        return logits[rows, positions].float(), following[rows, positions], rows


class Classification:
    """A classifier: one label a row."""

    name: TaskName = "classification"

    def predictions(self, logits: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """logits (b, classes)."""
        labels = batch["labels"]
        return logits.float(), labels, torch.arange(len(labels), device=labels.device)


TASKS: dict[str, type[Task]] = {"causal-lm": CausalLm, "classification": Classification}


def losses(logits: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor, count: int) -> torch.Tensor:
    """Losses (count) of the rows, in nats, from predictions as `Task.predictions` gives them."""
    each = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    return torch.zeros(count, dtype=each.dtype, device=each.device).index_add(0, rows, each)


def sample_labels(logits: torch.Tensor, rows: torch.Tensor, first_row: int, seed: int) -> torch.Tensor:
    """Labels (m) drawn from the model, each row's from a source of its own: the same whatever the batches are.

    The uniform numbers come from NumPy's Philox, which is specified and stable, and not from torch's generator; the
    label is where the cumulated probabilities pass them.
    """
    counts = torch.bincount(rows).tolist()
    drawn = [uniforms(seed, first_row + row, count) for row, count in enumerate(counts)]
    uniform = torch.from_numpy(np.concatenate(drawn)).to(logits.device, logits.dtype)
    cumulated = torch.softmax(logits.detach(), dim=-1).cumsum(dim=-1)
    places = torch.searchsorted(cumulated, (uniform * cumulated[:, -1])[:, None], right=True)[:, 0]
    return places.clamp(max=logits.shape[-1] - 1)


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
