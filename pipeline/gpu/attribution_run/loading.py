"""The model that the command line names: a base, quantised or not, and an adapter on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from peft import PeftModel
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BitsAndBytesConfig,
)

from .adapter import read_shapes
from .adapter_modules import EMBEDDING, WEIGHTS_FILE
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
    is_stored = stored_quantisation(base) is not None
    if is_stored and quantisation is None:
        remedy = "Name the base in full precision, or say with --quantisation how it is quantised."
        raise RunError(base, "its weights are quantised already", remedy, found=stored_quantisation(base))
    if quantisation is not None and not is_emulated and not is_stored:
        arguments["quantization_config"] = _bitsandbytes(quantisation, DTYPES[dtype])
    try:
        model = _CLASSES[task].from_pretrained(base, **arguments)
        if is_emulated:
            round_trip_linears(model)
        if model.config.pad_token_id is None:
            model.config.pad_token_id = pad_id
        _resize_vocabulary(model, adapter)
        adapted = PeftModel.from_pretrained(model, str(adapter), autocast_adapter_dtype=False)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        remedy = "Check that base and adapter belong together."
        if isinstance(error, ImportError):
            remedy = "Install what is missing; a quantised base needs bitsandbytes."
        raise RunError("model", "it cannot be loaded", remedy, problem=str(error).split("\n")[0]) from error
    if quantisation is None or is_emulated:
        adapted.to(device)
    return Source(adapted, TASKS[task](), pad_id)


def local_base(base: str, revision: str | None) -> str:
    """The folder of a base: itself, or a snapshot of the Hub at a commit, so that everybody means the same weights."""
    if Path(base).exists() or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", base):
        return base
    if revision is None or re.fullmatch(r"[0-9a-f]{40}", revision) is None:
        remedy = "Say with --base-revision which commit: 40 hexadecimal digits, as the page of its files shows."
        raise RunError(base, "a base of the Hub is named without its commit", remedy, found=revision)
    try:
        patterns = ["*.safetensors", "*.json", "*.model", "*.txt"]
        return str(snapshot_download(base, revision=revision, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        problem = str(error).split("\n")[0]
        remedy = "Check name, commit and access, or download it and name the folder."
        raise RunError(base, "it cannot be fetched from the Hub", remedy, problem=problem) from error


def stored_quantisation(base: str) -> str | None:
    """How the base's own config.json says that its weights are stored: the method, or None in full precision."""
    try:
        told = getattr(AutoConfig.from_pretrained(base), "quantization_config", None)
    except (OSError, ValueError):
        return None
    if told is None:
        return None
    about = told if isinstance(told, dict) else told.to_dict()
    return str(about.get("quant_method", "unnamed"))


def _resize_vocabulary(model: Any, adapter: Path) -> None:
    """An adapter that brings its embeddings brings their number of tokens too."""
    path = adapter / WEIGHTS_FILE
    held = read_shapes(path) if path.exists() else {}
    rows = {
        shape[0]
        for name, (_, shape) in held.items()
        if name.endswith(".weight") and len(shape) == 2 and EMBEDDING.search(name.removesuffix(".weight"))
    }
    own = model.get_input_embeddings().weight.shape[0]
    if len(rows) == 1 and rows != {own}:
        model.resize_token_embeddings(rows.pop(), mean_resizing=False)


def load_tokenizer(base: str, adapter: Path | None = None) -> tuple[Any, int]:
    """The tokenizer that lies beside the adapter, or the base's; and the token that batches are padded with."""
    names = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model")
    own = adapter if adapter is not None and any((adapter / name).exists() for name in names) else None
    try:
        tokenizer = AutoTokenizer.from_pretrained(base if own is None else str(own))
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
