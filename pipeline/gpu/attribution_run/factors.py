"""The linear maps inside LoRA modules, and what flows through them.

    module      y = W x + s · B (A x)         A (r, in), B (out, r): torch.nn.Linear each, whatever W is made of
    gradient    ∂loss/∂A = Σ_t g_t x_tᵀ       x_t what goes into the map at token t, g_t the gradient of what comes out

W may be a Linear of bitsandbytes (QLoRA) or anything else that PEFT wraps: only A and B are looked at. The gradient
of a row is never formed: inputs and output gradients are kept, and projected before they are multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from peft.tuners.lora import LoraLayer

from .errors import RunError

PREFIX = "base_model.model."


@dataclass(frozen=True)
class Factor:
    """One of the two maps of a LoRA module, by the name that it has in `adapter_model.safetensors`."""

    name: str
    linear: torch.nn.Linear

    @property
    def outputs(self) -> int:
        return self.linear.out_features

    @property
    def inputs(self) -> int:
        return self.linear.in_features


def find_factors(model: torch.nn.Module) -> list[Factor]:
    """All factors of the active adapter, ascending by name.

    Raises:
        RunError: Where there are none, or an adapter is of a kind whose gradient is more than its factors'.
    """
    factors = []
    for path, module in model.named_modules():
        if not isinstance(module, LoraLayer):
            continue
        name = path.removeprefix(PREFIX)
        adapters = [adapter for adapter in module.active_adapters if adapter in module.lora_A]
        _require_plain(name, module, adapters)
        for adapter in adapters:
            for part, maps in (("lora_A", module.lora_A), ("lora_B", module.lora_B)):
                factors.append(Factor(f"{name}.{part}", maps[adapter]))
    if not factors:
        remedy = "Give a PeftModel with a LoRA adapter: PeftModel.from_pretrained(base, folder)."
        raise RunError("model", "it has no LoRA modules", remedy)
    return sorted(factors, key=lambda factor: factor.name)


def _require_plain(name: str, module: LoraLayer, adapters: list[str]) -> None:
    def refuse(what: str, remedy: str) -> RunError:
        return RunError(f"module {name}", what, remedy)

    if module.merged:
        raise refuse("its adapter is merged into the base", "Unmerge it: model.unmerge_adapter().")
    if len(module.lora_embedding_A) > 0:
        raise refuse("it is an embedding", "Train linear modules: target_modules of Linear layers only.")
    if len(adapters) > 1:
        raise refuse("it has several active adapters", "Activate one: model.set_adapter(name).")
    for adapter in adapters:
        if adapter in module.lora_variant:
            raise refuse("its gradient is more than its factors' (DoRA or the like)", "Train plain LoRA.")
        maps = (module.lora_A[adapter], module.lora_B[adapter])
        if not all(isinstance(linear, torch.nn.Linear) for linear in maps):
            raise refuse("its factors are not linear maps of vectors", "Train linear modules, no convolutions.")
        if maps[1].bias is not None:
            raise refuse("its lora_B has a bias, whose gradient would be missing", "Train with lora_bias=False.")


@dataclass
class Captured:
    """What flowed through the factors in one forward pass: for every call of a map its input and its output."""

    calls: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = field(default_factory=dict)


@contextmanager
def capture(factors: list[Factor], rows: int) -> Iterator[Captured]:
    """Keeps inputs (rows, t, in) and outputs (rows, t, out) of every factor called inside."""
    captured = Captured({factor.name: [] for factor in factors})

    def keeper(name: str):  # type: ignore[no-untyped-def]
        def keep(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            _require_rows_apart(name, inputs[0], rows)
            captured.calls[name].append((inputs[0].detach(), output))

        return keep

    hooks = [factor.linear.register_forward_hook(keeper(factor.name)) for factor in factors]
    frozen = [factor.linear.weight for factor in factors if not factor.linear.weight.requires_grad]
    for weight in frozen:
        weight.requires_grad_(True)
    try:
        yield captured
    finally:
        for hook in hooks:
            hook.remove()
        for weight in frozen:
            weight.requires_grad_(False)
    silent = next((name for name, calls in captured.calls.items() if not calls), None)
    if silent is not None:
        remedy = "Leave it out of target_modules; experts and shared parameters are not called as linear maps."
        raise RunError(f"module {silent}", "the model does not call it", remedy)


def _require_rows_apart(name: str, inputs: torch.Tensor, rows: int) -> None:
    if rows == 1 or (inputs.dim() >= 2 and inputs.shape[0] == rows):
        return
    remedy = "Take one row at a time: batch_size=1."
    raise RunError(f"module {name}", "it mixes the rows of a batch", remedy, shape=tuple(inputs.shape), rows=rows)


def by_row(tensor: torch.Tensor, rows: int) -> torch.Tensor:
    """(rows, …, d) → (rows, t, d); for one row whatever came before the last dimension is its tokens."""
    return tensor.reshape(rows, -1, tensor.shape[-1])
