"""The modules that a saved LoRA adapter holds, by the names and shapes of its tensors.

As pipeline/run/peftAdapter.ts reads them, by the same facts (peft_adapter.json). Nothing here needs torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import prod
from typing import Any

from .errors import RunError

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
SAVE_AGAIN = "Save the adapter again with model.save_pretrained(folder), and keep both files of one training together."
FACTS: Mapping[str, Any] = json.loads(files(__package__).joinpath("peft_adapter.json").read_text("utf-8"))
_FACTOR, _BESIDE, _WHOLE, _NAMED, _WRAPPED, EMBEDDING = (
    re.compile(FACTS[name]) for name in ("factor", "beside", "whole", "named", "wrapped", "embedding")
)
_FLOATS = ("F64", "F32", "F16", "BF16")
TOKENS = "token_adapter.trainable_tokens_delta"
HEADS: Mapping[str, Sequence[str]] = FACTS["heads"]

Shapes = Mapping[str, tuple[str, Sequence[int]]]
"""Name → dtype as safetensors calls it, and shape."""


@dataclass
class Modules:
    """What a file holds: factors by module and side; magnitudes and biases of B; (module, part, shape) held whole."""

    factors: dict[str, dict[str, Sequence[int]]] = field(default_factory=dict)
    magnitudes: set[str] = field(default_factory=set)
    biases: set[str] = field(default_factory=set)
    whole: list[tuple[str, str, Sequence[int]]] = field(default_factory=list)

    @property
    def target_modules(self) -> tuple[str, ...]:
        return tuple(sorted(self.factors))

    @property
    def modules_to_save(self) -> tuple[str, ...]:
        return tuple(sorted({module for module, _, _ in self.whole}))


def require_weights(name: str, dtype: str, shape: Sequence[int]) -> None:
    if dtype not in _FLOATS:
        remedy = "Cast the adapter to float32, float16 or bfloat16 and save it again."
        raise RunError(WEIGHTS_FILE, f'tensor "{name}" is no floating-point tensor that is read', remedy, dtype=dtype)
    if 0 in shape:
        remedy = "Gather the parameters before saving: ZeRO-3 and FSDP leave empty ones."
        raise RunError(WEIGHTS_FILE, f'tensor "{name}" is empty', remedy, shape=words(shape))


def modules_of(tensors: Shapes) -> Modules:
    modules = Modules()
    beside: list[tuple[str, str, Sequence[int]]] = []
    for name, (_, shape) in tensors.items():
        path = _path_of(name)
        if found := _FACTOR.fullmatch(path):
            modules.factors.setdefault(found[1], {})[found[2][-1]] = shape
        elif found := _BESIDE.fullmatch(path):
            is_bias = found[2] == "lora_B.bias"
            (modules.biases if is_bias else modules.magnitudes).add(found[1])
            beside.append((found[1], "lora_bias" if is_bias else "use_dora", shape))
        elif found := _WHOLE.fullmatch(path):
            modules.whole.append((found[1], found[2], shape))
        else:
            raise RunError(WEIGHTS_FILE, f'tensor "{name}" has a name that PEFT does not give', SAVE_AGAIN)
    for module, about, shape in beside:
        if module not in modules.factors:
            raise refusal(f'module "{module}" has a part of an adapter without its factors')
        outputs = modules.factors[module].get("B", [0])[0]
        # A number for each output, whatever its shape: convolutions have ones around it.
        if "B" in modules.factors[module] and prod(shape) != outputs:
            part = "a magnitude" if about == "use_dora" else "a bias of B"
            what = f'module "{module}" has {part} of another size than its outputs'
            raise refusal(what, field=about, found=prod(shape), expected=outputs)
    return modules


def _path_of(name: str) -> str:
    prefix: str = FACTS["prefix"]
    path = name.removeprefix(prefix)
    is_named = _NAMED.search(path) and not _FACTOR.fullmatch(path) and not _BESIDE.fullmatch(path)
    if _WRAPPED.search(path) or is_named:
        remedy = "Unwrap the model before saving it: accelerator.unwrap_model(model).save_pretrained(folder)."
        raise RunError(WEIGHTS_FILE, f'tensor "{name}" carries the name of a wrapper', remedy)
    if path == name:
        raise RunError(WEIGHTS_FILE, f'tensor "{name}" has a name that PEFT does not give', SAVE_AGAIN)
    return path


def words(values: Iterable[object], between: str = "×") -> str:
    return between.join(str(value) for value in values)


def refusal(what: str, where: str = WEIGHTS_FILE, **facts: object) -> RunError:
    return RunError(where, what, SAVE_AGAIN, **facts)
