"""The model that the command line names: a base, quantised or not, and an adapter on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BitsAndBytesConfig,
)

from .errors import RunError
from .gradients import Source
from .manifest import Quantisation
from .nf4 import BLOCK, round_trip_linears
from .tasks import TASKS, TaskName

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}
_CLASSES = {"causal-lm": AutoModelForCausalLM, "classification": AutoModelForSequenceClassification}


def parse_quantisation(text: str) -> Quantisation | None:
    """`none`, `int8`, `nf4`, `fp4`, and `nf4+double`, `fp4+double` where the scales are quantised too."""
    found = re.fullmatch(r"(none|int8|nf4|fp4)(\+double)?", text)
    if found is None or (found[2] and found[1] in ("none", "int8")):
        raise RunError(
            "--quantisation", f'"{text}" is no quantisation', "Say none, int8, nf4, fp4, nf4+double, fp4+double."
        )
    if found[1] == "none":
        return None
    return (
        Quantisation("int8", 8, False, None) if found[1] == "int8" else Quantisation(found[1], 4, bool(found[2]), BLOCK)
    )


def load_source(
    base: str,
    adapter: Path,
    task: TaskName,
    pad_id: int,
    *,
    quantisation: Quantisation | None,
    dtype: str,
    device: str,
) -> Source:
    """A PeftModel on `device`.

    Where bitsandbytes has no device, NF4 without double quantisation goes through its numbers and back instead.
    """
    arguments: dict[str, Any] = {"dtype": DTYPES[dtype]}
    is_emulated = quantisation is not None and device == "cpu"
    if is_emulated and quantisation != Quantisation("nf4", 4, False, BLOCK):
        remedy = "Use a GPU with bitsandbytes, or nf4."
        raise RunError("--quantisation", "on a CPU there is only nf4 without double quantisation", remedy)
    if quantisation is not None and not is_emulated:
        arguments["quantization_config"] = _bitsandbytes(quantisation, DTYPES[dtype])
    try:
        model = _CLASSES[task].from_pretrained(base, **arguments)
        if is_emulated:
            round_trip_linears(model)
        adapted = PeftModel.from_pretrained(model, str(adapter), autocast_adapter_dtype=False)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        remedy = "Check base, adapter and, for a quantised base, that bitsandbytes is installed."
        raise RunError("model", "it cannot be loaded", remedy, problem=str(error).split("\n")[0]) from error
    if quantisation is None or is_emulated:
        adapted.to(device)
    return Source(adapted, TASKS[task](), pad_id)


def load_tokenizer(base: str) -> tuple[Any, int]:
    """The base's tokenizer, and the token that its batches are padded with."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise RunError("tokenizer", "it cannot be loaded", "Name the base's folder.", problem=str(error)) from error
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return tokenizer, 0 if pad is None else pad


def _bitsandbytes(quantisation: Quantisation, dtype: torch.dtype) -> BitsAndBytesConfig:
    if quantisation.scheme == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantisation.scheme,
        bnb_4bit_use_double_quant=quantisation.double_quant,
        bnb_4bit_compute_dtype=dtype,
    )
