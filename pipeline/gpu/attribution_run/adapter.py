"""The adapter as `model.save_pretrained(folder)` left it, compared with the model in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file

from .adapter_modules import CONFIG_FILE, EMBEDDING, SAVE_AGAIN, WEIGHTS_FILE
from .adapter_rules import read_modules
from .errors import RunError


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
        modules = read_modules(config, read_shapes(folder / WEIGHTS_FILE))
        try:
            tensors = load_file(folder / WEIGHTS_FILE)
        except (OSError, SafetensorError) as error:
            raise RunError(str(folder / WEIGHTS_FILE), "it cannot be read", SAVE_AGAIN, problem=error) from error
        bad = next((name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
        if bad is not None:
            raise RunError(WEIGHTS_FILE, f'tensor "{bad}" holds a number that is none', "Look at the training.")
        return Adapter(folder, config, tensors, modules.target_modules, modules.modules_to_save)

    def require_loaded_in(self, model: torch.nn.Module) -> None:
        """The gradients must be of the adapter that is published, in the precision that is computed in."""
        # PEFT looks for a grown vocabulary where the base was loaded from; here the file says whether there is one.
        has_embeddings = any(EMBEDDING.search(module) for module in self.modules_to_save)
        embeddings = True if has_embeddings else "auto"
        loaded: dict[str, torch.Tensor] = get_peft_model_state_dict(model, save_embedding_layers=embeddings)
        for name, saved in self.tensors.items():
            found = loaded.get(name)
            if found is None or found.shape != saved.shape or not torch.equal(found.cpu(), saved.to(found.dtype)):
                remedy = f"Save it again, or load it: PeftModel.from_pretrained(base, {str(self.folder)!r})."
                raise RunError(WEIGHTS_FILE, "the model holds another adapter", remedy, tensor=name)


def read_shapes(path: Path) -> dict[str, tuple[str, list[int]]]:
    """Name → dtype and shape of every tensor, from the header alone."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        raise RunError(str(path), "it cannot be read", SAVE_AGAIN, problem=error) from error
    return {name: (each["dtype"], each["shape"]) for name, each in header.items() if name != "__metadata__"}


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(str(path), "it cannot be read as JSON", remedy, problem=error) from error
    if not isinstance(value, dict):
        raise RunError(str(path), "it is no JSON object", remedy)
    return value
