"""The adapter as `model.save_pretrained(folder)` left it, held against the model in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file

from .errors import RunError
from .factors import PREFIX

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
SAVE_AGAIN = "Save the adapter again with model.save_pretrained(folder)."
_FACTOR = re.compile(r"(.+)\.lora_[AB](?:\.weight)?")
_WHOLE = re.compile(r"(.+)\.(?:weight|bias)")


@dataclass(frozen=True)
class Adapter:
    """A saved LoRA adapter. Modules are full paths, ascending: those with factors, and those that are held whole."""

    folder: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, torch.Tensor]
    target_modules: tuple[str, ...]
    modules_to_save: tuple[str, ...]

    @property
    def config_path(self) -> Path:
        return self.folder / CONFIG_FILE

    @property
    def weights_path(self) -> Path:
        return self.folder / WEIGHTS_FILE

    def described(self) -> dict[str, object]:
        """The manifest's `lora`."""
        return {
            "rank": self.config["r"],
            "alpha": self.config["lora_alpha"],
            "targetModules": list(self.target_modules),
            "modulesToSave": list(self.modules_to_save),
        }

    @staticmethod
    def read(folder: Path) -> Adapter:
        config = read_json(folder / CONFIG_FILE, SAVE_AGAIN)
        if config.get("peft_type") != "LORA":
            raise RunError(
                CONFIG_FILE, "it is no LoRA adapter", "Only LoRA is supported.", found=config.get("peft_type")
            )
        try:
            tensors = load_file(folder / WEIGHTS_FILE)
        except (OSError, SafetensorError) as error:
            raise RunError(str(folder / WEIGHTS_FILE), "it cannot be read", SAVE_AGAIN, problem=error) from error
        names = sorted(name.removeprefix(PREFIX) for name in tensors)
        bad = next((name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
        if bad is not None:
            raise RunError(WEIGHTS_FILE, f'tensor "{bad}" holds a number that is none', "Look at the training.")
        targets = {found[1] for name in names if (found := _FACTOR.fullmatch(name))}
        whole = {found[1] for name in names if not _FACTOR.fullmatch(name) and (found := _WHOLE.fullmatch(name))}
        if not targets:
            raise RunError(WEIGHTS_FILE, "it holds no LoRA factors", SAVE_AGAIN)
        return Adapter(folder, config, tensors, tuple(sorted(targets)), tuple(sorted(whole)))

    def require_loaded_in(self, model: torch.nn.Module) -> None:
        """The gradients must be of the adapter that is published, in the precision that is computed in."""
        loaded: dict[str, torch.Tensor] = get_peft_model_state_dict(model)
        for name, saved in self.tensors.items():
            found = loaded.get(name)
            if found is None or found.shape != saved.shape or not torch.equal(found.cpu(), saved.to(found.dtype)):
                remedy = f"Save it again, or load it: PeftModel.from_pretrained(base, {str(self.folder)!r})."
                raise RunError(WEIGHTS_FILE, "the model holds another adapter", remedy, tensor=name)


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(str(path), "it cannot be read as JSON", remedy, problem=error) from error
    if not isinstance(value, dict):
        raise RunError(str(path), "it is no JSON object", remedy)
    return value
