"""`run.json`, format 3: what a run of this package says of itself. pipeline/run/manifest.ts has the schema."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from .adapter import read_json
from .digest import Digest, digest_file
from .errors import RunError

FORMAT = 3
MANIFEST_FILE = "run.json"
DIMS_STEP = 64
TRAINING_TOOLS = ("transformers", "trl", "axolotl", "llama-factory", "unsloth", "autotrain", "torchtune", "peft")


ROWS = ("example", "pair", "group")


@dataclass(frozen=True)
class Quantisation:
    """How the base is stored, in the words of bitsandbytes."""

    scheme: str
    bits: int
    double_quant: bool
    block_size: int | None

    def described(self) -> dict[str, object]:
        return {
            "scheme": self.scheme,
            "bits": self.bits,
            "doubleQuant": self.double_quant,
            "blockSize": self.block_size,
        }


@dataclass(frozen=True)
class BaseModel:
    """The base that the adapter was trained on: royalties follow from it, so it is named exactly.

    Attributes:
        name: As people know it, such as `meta-llama/Llama-3.1-8B`.
        source: Where its weights come from.
        revision: The commit of its repository, or a version.
        licence: As an SPDX identifier where it has one.
        weights: Its weights in full precision: a safetensors file, or a folder of them.
        quantisation: How it is stored, or None.
    """

    name: str
    source: str
    revision: str
    licence: str
    weights: Path
    quantisation: Quantisation | None = None

    def weight_digests(self) -> list[tuple[str, Digest]]:
        paths = [self.weights] if self.weights.is_file() else sorted(self.weights.glob("*.safetensors"))
        if not paths:
            raise RunError(str(self.weights), "it holds no safetensors weights", "Name the folder of the base.")
        return [(path.name, digest_file(path)) for path in paths]

    def described(self, digests: Sequence[tuple[str, Digest]]) -> dict[str, object]:
        """Several files are named by the SHA-256 of what `sha256sum *.safetensors` prints."""
        lines = "".join(f"{digest['sha256']}  {name}\n" for name, digest in digests)
        sha256 = digests[0][1]["sha256"] if len(digests) == 1 else hashlib.sha256(lines.encode()).hexdigest()
        return {
            "name": self.name,
            "source": self.source,
            "revision": self.revision,
            "licence": self.licence,
            "weightsSha256": sha256,
        }


@dataclass(frozen=True)
class Training:
    """How the adapter was trained, as far as is known: None is better than a guess."""

    tool: Literal[
        "transformers", "trl", "axolotl", "llama-factory", "unsloth", "autotrain", "torchtune", "peft"
    ] = "peft"  # fmt: skip
    version: str | None = None
    optimiser: str | None = None
    schedule: str | None = None
    seed: int | None = None
    learning_rate: float | None = None
    epochs: float | None = None
    steps: int | None = None
    batch_size: int | None = None
    weight_decay: float | None = None
    max_tokens: int | None = None
    loss: float | None = None
    preference: Mapping[str, str] | None = None
    """Where a row is more than a text to predict, what was trained for: {"objective": "dpo", "row": "pair"}."""

    @staticmethod
    def read(path: Path) -> Training:
        """From a JSON file with these fields."""
        known = read_json(path, "Write the fields of Training as a JSON object.")
        try:
            training = Training(**known)
        except TypeError as error:
            remedy = f"Known are {', '.join(Training.__dataclass_fields__)}."
            raise RunError(str(path), "it holds an unknown field", remedy, problem=error) from error
        if training.tool not in TRAINING_TOOLS:
            raise RunError(str(path), "it names an unknown tool", f"Known are {', '.join(TRAINING_TOOLS)}.")
        told = training.preference
        if told is not None and (set(told) != {"objective", "row"} or told["row"] not in ROWS):
            remedy = f"Give an objective, such as dpo, and a row: {', '.join(ROWS)}."
            raise RunError(str(path), "its preference is none", remedy, found=told)
        return training

    def completed_by(self, trainer_state: Path) -> Training:
        """Steps, epochs and final loss from `trainer_state.json`, where they were not given."""
        state = read_json(trainer_state, "Fetch it afresh, or leave it out of the adapter's folder.")
        losses = [entry["train_loss"] for entry in state.get("log_history", []) if "train_loss" in entry]
        if losses and self.loss is None and not _is_finite(losses[-1]):
            remedy = "Look at the training: it diverged. Or give the fields of Training yourself."
            raise RunError(str(trainer_state), "its training loss is no number", remedy, train_loss=losses[-1])
        found = {
            "steps": state.get("global_step") or None,
            "epochs": state.get("epoch") or None,
            "loss": losses[-1] if losses else None,
        }
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return Training(**{**found, **given})

    def described(self) -> dict[str, object]:
        names = {"learning_rate": "learningRate", "batch_size": "batchSize"}
        names |= {"weight_decay": "weightDecay", "max_tokens": "maxTokens"}
        told = {names.get(name, name): value for name, value in asdict(self).items()}
        return told if self.preference is not None else {k: v for k, v in told.items() if k != "preference"}


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def sketch_settings(width: int, dims: int | None) -> dict[str, object]:
    """The ledger's usual sketch, in as many dimensions as the rows allow up to the usual number."""
    usual: dict[str, Any] = json.loads(files(__package__).joinpath("sketch.json").read_text("utf-8"))
    wanted = min(usual["dims"], width // DIMS_STEP * DIMS_STEP) if dims is None else dims
    if wanted < DIMS_STEP or wanted % DIMS_STEP != 0 or wanted > width:
        remedy = (
            f"A sketch has a multiple of {DIMS_STEP} dimensions, at most as many as a row: keep more numbers (width)."
        )
        raise RunError("dims", "rows of this width give no such sketch", remedy, width=width, dims=wanted)
    return {**usual, "dims": wanted}


def software() -> dict[str, str]:
    """The versions of what computed the gradients."""
    packages = ("torch", "transformers", "peft", "bitsandbytes", "numpy")
    found = {name: _version(name) for name in packages}
    return {name: text for name, text in found.items() if text is not None}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def manifest_text(described: Mapping[str, object]) -> bytes:
    return f"{json.dumps(described, indent=2, ensure_ascii=False, allow_nan=False)}\n".encode()
