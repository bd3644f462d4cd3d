"""`python -m attribution_run.memory`: what a batch needs of a device, by model, rows and tokens, as a table.

    weights       the base and its adapter, a base of NF4 at half a byte a number of its linear maps
    activations   every tensor that the forward pass keeps for the backward one, each storage once
    attention     what is tokens × tokens: plain attention keeps it, a fused kernel does not; not in the sum
    logits        those of all positions, their copy where labels are, and the gradient of either
    chunk         what is float32 at a time while losses are summed (`tasks.CHUNK_NUMBERS`): three such buffers

Nothing is computed: the model stands on torch's meta device, whose tensors have shapes and no numbers. What a device's
own kernels need beside that, its allocator's gaps and its context come on top; a tenth more is usual.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from .bench import SIZES, TARGETS
from .tasks import CHUNK_NUMBERS

GIB = 2**30
_BUFFERS = 3
_HALF, _WHOLE = 2, 4


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    print("| model | base | rows | tokens | weights | activations | logits | chunk | GiB in all | attention |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in options.size:
        model = meta_model(size, options.vocabulary, options.rank)
        for tokens in options.tokens:
            for rows in options.batch_size:
                activations, attention = activation_bytes(model, rows, tokens)
                parts = (activations, *logit_bytes(rows * tokens, options.vocabulary))
                for base, weights in (("bfloat16", weight_bytes(model, False)), ("NF4", weight_bytes(model, True))):
                    each = [weights, *parts]
                    cells = " | ".join(f"{part / GIB:.1f}" for part in (*each, sum(each), attention))
                    print(f"| {size} | {base} | {rows} | {tokens} | {cells} |")
    return 0


def meta_model(size: str, vocabulary: int, rank: int) -> torch.nn.Module:
    hidden, inner, layers, heads = SIZES[size]
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        use_cache=False,
    )
    with torch.device("meta"):
        base = LlamaForCausalLM(config).to(torch.bfloat16)
        lora = LoraConfig(r=rank, target_modules=TARGETS, task_type="CAUSAL_LM")
        adapted: torch.nn.Module = get_peft_model(base, lora, autocast_adapter_dtype=False)
    return adapted.eval()


def weight_bytes(model: torch.nn.Module, is_nf4: bool) -> int:
    """NF4 keeps half a byte a number and a float32 scale for 64 of them; bitsandbytes leaves the head as it is."""
    total = 0.0
    for name, parameter in model.named_parameters():
        packed = is_nf4 and "base_layer" in name
        total += parameter.numel() * (0.5 + _WHOLE / 64 if packed else _HALF)
    return round(total)


def logit_bytes(positions: int, vocabulary: int) -> tuple[int, int]:
    """Logits in half precision, and the chunk of them that is wider at a time."""
    logits = positions * vocabulary
    return 4 * _HALF * logits, _BUFFERS * _WHOLE * min(logits, CHUNK_NUMBERS)


def activation_bytes(model: torch.nn.Module, rows: int, tokens: int) -> tuple[int, int]:
    """What the forward pass keeps for the backward one but for weights and logits, and what plain attention keeps."""
    weights = {parameter.untyped_storage()._cdata for parameter in model.parameters()}
    kept: dict[int, torch.UntypedStorage] = {}
    square: set[int] = set()
    config: Any = model.config
    every_pair = rows * config.num_attention_heads * tokens * tokens

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage
            if tensor.shape[-2:] == (tokens, tokens) and tensor.numel() == every_pair:
                square.add(storage._cdata)
        return tensor

    ids = torch.zeros((rows, tokens), dtype=torch.long, device="meta")
    # Laid out for attention already, as Transformers does where rows are padded: that asks for numbers.
    mask = torch.zeros((rows, 1, tokens, tokens), dtype=torch.bool, device="meta")
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = model(input_ids=ids, attention_mask=mask)
    kept.pop(output.logits.untyped_storage()._cdata, None)
    attention = sum(storage.nbytes() for name, storage in kept.items() if name in square)
    return sum(storage.nbytes() for storage in kept.values()) - attention, attention


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="attribution_run.memory", description=__doc__)
    parser.add_argument("--size", choices=SIZES, nargs="+", default=["1b", "7b"], help="of the model (1b 7b)")
    parser.add_argument("--batch-size", type=int, nargs="+", default=[1, 8], help="rows (1 8)")
    parser.add_argument("--tokens", type=int, nargs="+", default=[512, 2048], help="of a row (512 2048)")
    parser.add_argument("--vocabulary", type=int, default=32_000, help="(%(default)s)")
    parser.add_argument("--rank", type=int, default=16, help="(%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
