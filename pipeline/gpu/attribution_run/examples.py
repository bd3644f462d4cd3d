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


def digest_examples(examples: Sequence[Example]) -> str:
    """SHA-256 over the token ids and labels of all rows, so that an interrupted run goes on with the same ones."""
    hasher = hashlib.sha256()
    for example in examples:
        labels = example.labels if isinstance(example.labels, int) else list(example.labels)
        hasher.update(json.dumps([list(example.input_ids), labels]).encode() + b"\n")
    return hasher.hexdigest()
