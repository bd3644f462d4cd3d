"""4-bit NormalFloat without bitsandbytes: weights to their codes and back, for machines that have no GPU.

    scale_b = max |w| over block b of 64      w_i ≈ level[nearest level to w_i / scale_b] · scale_b

Dettmers et al., "QLoRA", 2023, section 3 and appendix E. bitsandbytes computes with the same numbers; it stores four
bits of each.
"""

from __future__ import annotations

from typing import Any

import torch

BLOCK = 64
LEVELS = (
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
)  # fmt: skip


def round_trip(weights: torch.Tensor) -> torch.Tensor:
    """Weights (any shape) as they are after NF4 in blocks of 64, row after row; the last block may be shorter."""
    flat = weights.detach().double().reshape(-1)
    blocks = torch.nn.functional.pad(flat, (0, -len(flat) % BLOCK)).reshape(-1, BLOCK)
    scales = blocks.abs().amax(dim=1, keepdim=True)
    levels = torch.tensor(LEVELS, dtype=torch.float64, device=weights.device)
    middles = (levels[1:] + levels[:-1]) / 2
    codes = torch.bucketize(torch.where(scales > 0, blocks / scales, 0), middles)
    restored = (levels[codes] * scales).reshape(-1)[: len(flat)]
    return restored.reshape(weights.shape).to(weights.dtype)


def round_trip_linears(model: torch.nn.Module) -> None:
    """Every linear map but the output layer, which bitsandbytes leaves as it is too."""
    find_output: Any = getattr(model, "get_output_embeddings", lambda: None)
    kept = (find_output(), getattr(model, "score", None), getattr(model, "classifier", None))
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear) and not any(module is other for other in kept):
                module.weight.copy_(round_trip(module.weight))
