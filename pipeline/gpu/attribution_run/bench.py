"""`python -m attribution_run.bench`: rows a second and memory of taking gradients, on a Llama of random weights.

Nothing is downloaded. What is timed is what `emit` does for a row: one forward pass, two backward ones, projection and
transfer.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM

from .emit import Settings
from .examples import Example
from .gradients import Source, row_gradients
from .loading import DTYPES
from .projection import Projector, draw_random, shape_modules
from .tasks import CausalLm

VOCABULARY = 32_000
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SIZES = {
    # name: hidden size, inner size, layers, heads
    "134m": (768, 2048, 12, 12),
    "1b": (2048, 5632, 22, 32),
    "7b": (4096, 11008, 32, 32),
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    source = Source(_model(options, device), CausalLm(), 0)
    factors = source.factors()
    projector = Projector(draw_random(shape_modules(factors, options.width), 1), device)
    rows = _rows(options.rows + options.batch_size, options.tokens)
    row_gradients(source, projector, rows[: options.batch_size], 0, 1)  # warms up
    if device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    start, cpu_start = time.perf_counter(), time.process_time()
    for first in range(options.batch_size, len(rows), options.batch_size):
        row_gradients(source, projector, rows[first : first + options.batch_size], first, 1)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(json.dumps(_report(options, source, projector, seconds, cpu_seconds), indent=2))
    return 0


def _model(options: argparse.Namespace, device: torch.device) -> torch.nn.Module:
    hidden, inner, layers, heads = SIZES[options.size]
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=max(64, options.tokens),
    )
    torch.manual_seed(0)
    if options.nf4:
        # Weights are quantised as they are loaded, so random ones take the way over a file.
        with tempfile.TemporaryDirectory() as folder:
            LlamaForCausalLM(config).to(DTYPES[options.dtype]).save_pretrained(folder)
            four_bits = BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=DTYPES[options.dtype]
            )
            base = LlamaForCausalLM.from_pretrained(
                folder, dtype=DTYPES[options.dtype], quantization_config=four_bits, device_map={"": device}
            )
    else:
        base = LlamaForCausalLM(config).to(device, DTYPES[options.dtype])
    lora = LoraConfig(r=options.rank, target_modules=TARGETS, init_lora_weights=False, task_type="CAUSAL_LM")
    adapted: torch.nn.Module = get_peft_model(base, lora, autocast_adapter_dtype=False)
    return adapted


def _rows(count: int, tokens: int) -> list[Example]:
    """The first quarter of each row is a prompt."""
    drawn = np.random.Generator(np.random.Philox(key=[1, 0])).integers(1, VOCABULARY, (count, tokens))
    prompt = tokens // 4
    return [Example(ids.tolist(), [*[-100] * prompt, *ids[prompt:].tolist()]) for ids in drawn]


def _report(
    options: argparse.Namespace, source: Source, projector: Projector, seconds: float, cpu_seconds: float
) -> dict[str, object]:
    on_gpu = source.device.type == "cuda"
    peak = torch.cuda.max_memory_allocated() if on_gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    factors = source.factors()
    trained = sum(factor.inputs * factor.outputs for factor in factors)
    return {
        "device": torch.cuda.get_device_name() if on_gpu else f"CPU, {torch.get_num_threads()} threads",
        "parameters": sum(parameter.numel() for parameter in source.model.parameters()),
        "rank": options.rank,
        "loraParameters": trained,
        "maps": len(factors),
        "width": projector.projection.width,
        "tokens": options.tokens,
        "batchSize": options.batch_size,
        "dtype": options.dtype + (", NF4 base" if options.nf4 else ""),
        "rows": options.rows,
        "rowsPerSecond": round(options.rows / seconds, 2),
        "cpuSecondsPerRow": round(cpu_seconds / options.rows, 2),
        "peakMemoryMiB": round(peak / 2**20),
        "keptBytesPerRow": 2 * 4 * projector.projection.width,
        "rawBytesPerRow": 2 * 4 * trained,
    }


def _parser() -> argparse.ArgumentParser:
    on_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(prog="attribution_run.bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="134m", help="of the model (%(default)s)")
    parser.add_argument("--rank", type=int, default=16, help="(%(default)s)")
    parser.add_argument("--width", type=int, default=4096, help="numbers kept of a row (%(default)s)")
    parser.add_argument("--tokens", type=int, default=128, help="of a row (%(default)s)")
    parser.add_argument("--rows", type=int, default=512 if on_gpu else 16, help="rows timed (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=32 if on_gpu else Settings.batch_size, help="(%(default)s)")
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16" if on_gpu else "float32", help="(%(default)s)")
    parser.add_argument("--nf4", action="store_true", help="a base of bitsandbytes NF4; needs a GPU")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if on_gpu else "cpu", help="(%(default)s)")
    parser.add_argument("--threads", type=int, help="of the CPU (all)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
