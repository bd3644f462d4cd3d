"""Examples as models take them, and batches of them.

Example      input_ids (t), labels (t) with -100 where nothing is to be predicted, or one class
Batch        input_ids (b, t), attention_mask (b, t), labels (b, t) or (b), padded on the right
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .errors import RunError

IGNORED = -100
"""The label of a position that nothing is predicted at, as in Transformers."""


@dataclass(frozen=True)
class Example:
    """One training row or one served answer.

    Attributes:
        input_ids: Token ids, without padding.
        labels: As many labels as tokens (causal language model; IGNORED where the prompt is), or the class.
    """

    input_ids: Sequence[int]
    labels: Sequence[int] | int


Batch = dict[str, torch.Tensor]


def collate(examples: Sequence[Example], pad_id: int, device: torch.device) -> Batch:
    """Pads on the right: no loss flows from there, and a causal model does not look there."""
    longest = max(len(example.input_ids) for example in examples)

    def padded(values: Sequence[int], filler: int) -> list[int]:
        return [*values, *[filler] * (longest - len(values))]

    labels: list[Any] = [e.labels if isinstance(e.labels, int) else padded(e.labels, IGNORED) for e in examples]
    batch = {
        "input_ids": [padded(example.input_ids, pad_id) for example in examples],
        "attention_mask": [padded([1] * len(example.input_ids), 0) for example in examples],
        "labels": labels,
    }
    return {name: torch.tensor(values, dtype=torch.long, device=device) for name, values in batch.items()}


def require_examples(examples: Sequence[Example]) -> None:
    """Every row must have tokens, a label for each of them, and something to predict."""
    if len(examples) == 0:
        raise RunError("rows", "there are none", "Give the rows that the model was trained on.")
    for row, example in enumerate(examples):
        tokens, labels = len(example.input_ids), example.labels
        if tokens == 0:
            raise RunError(f"row {row}", "it has no tokens", "Leave it out, or give its text.")
        if isinstance(labels, int):
            continue
        if len(labels) != tokens:
            remedy = f"Give a label for each token, {IGNORED} where nothing is predicted."
            raise RunError(f"row {row}", "it has another number of labels", remedy, tokens=tokens, labels=len(labels))
        if all(label == IGNORED for label in labels[1:]):
            remedy = "Leave it out, or truncate less of it."
            raise RunError(f"row {row}", "it has no labelled token after its first", remedy)


def digest_examples(examples: Sequence[Example]) -> str:
    """SHA-256 over the token ids and labels of all rows, so that an interrupted run goes on with the same ones."""
    hasher = hashlib.sha256()
    for example in examples:
        labels = example.labels if isinstance(example.labels, int) else list(example.labels)
        hasher.update(json.dumps([list(example.input_ids), labels]).encode() + b"\n")
    return hasher.hexdigest()
