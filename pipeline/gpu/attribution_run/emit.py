"""A trained adapter and its training rows → a run folder that `attribution model publish` takes.

    run.json                     what it is, and the hash of every file
    adapter_config.json, adapter_model.safetensors, trainer_state.json, README.md     as the trainer left them
    rows.jsonl                   whose item each row is
    projection.safetensors       the matrices that gradients were projected with
    gradients.safetensors        u, v (rows × width) float32
    evaluation.jsonl             the quantised model beside its full-precision twin, where it was evaluated

Everything is made in `<folder>.unfinished`, which takes its name at the very end. An interrupted run goes on from its
last chunk.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .adapter import Adapter
from .chunks import ChunkStore, write_whole
from .contributions import Contribution, rows_in_order
from .digest import digest_file
from .errors import RunError
from .evaluate import EVALUATION_FILE, Evaluation
from .examples import Example, digest_examples, require_examples
from .gradients import Source, principal_projection, require_one_device, require_rows_apart, row_gradients
from .manifest import FORMAT, MANIFEST_FILE, BaseModel, Training, manifest_text, sketch_settings, software
from .projection import PROJECTION_FILE, Basis, ModuleShape, Projection, Projector, draw_random, shape_modules

GRADIENTS_FILE = "gradients.safetensors"
ROWS_FILE = "rows.jsonl"
CARRIED = ("trainer_state.json", "README.md")
PRINCIPAL_ROWS = 512


@dataclass(frozen=True)
class Settings:
    """How gradients are taken and kept.

    Attributes:
        width: How many numbers are kept of a row at most; shared out evenly among the maps.
        basis: `principal` (PCA over at most 512 rows, a pass of its own) or `random` (Rademacher).
        projection_seed: What random bases, or the probes of principal ones, are drawn with.
        sample_seed: What labels are drawn from the model with, for `v`.
        batch_size: Rows in a forward pass.
        chunk_rows: Rows between two places where an interrupted run goes on.
        dims: Dimensions of a sketch; the usual number where None.
    """

    width: int = 2048
    basis: Basis = "principal"
    projection_seed: int = 1
    sample_seed: int = 1
    batch_size: int = 8
    chunk_rows: int = 512
    dims: int | None = None


@dataclass(frozen=True)
class DataSet:
    """The frozen dataset versions that were trained on, and their contributions in the order of acceptance."""

    versions: Sequence[int]
    contributions: Sequence[Contribution]


def emit_run(
    source: Source,
    rows: Sequence[Example],
    out: Path,
    *,
    adapter: Path,
    base: BaseModel,
    dataset: DataSet,
    settings: Settings | None = None,
    training: Training | None = None,
    evaluation: Evaluation | None = None,
    progress: bool = True,
) -> Path:
    """Takes the gradients of `rows` and writes the run folder `out`.

    Args:
        source: The model that holds `adapter`, and what it predicts.
        rows: Row i is item i, counted through the contributions.
        adapter: Where `save_pretrained` left the adapter, with the trainer's files beside it where it has any.
        evaluation: Of this model, from `evaluate`.

    Raises:
        RunError: Where anything is not what a run must be made of. Nothing has the name `out` then.
    """
    settings = settings or Settings()
    if out.exists():
        raise RunError(str(out), "it is already there", "Name another folder, or remove this one first.")
    require_examples(rows)
    saved = Adapter.read(adapter)
    saved.require_loaded_in(source.model)
    require_one_device(source)
    state = adapter / CARRIED[0]
    trained = (training or Training()).completed_by(state) if state.exists() else training or Training()
    lines = list(rows_in_order(dataset.contributions, len(rows)))
    weights = base.weight_digests()
    shapes = shape_modules(source.factors(), settings.width)
    width = sum(shape["left"]["keep"] * shape["right"]["keep"] for shape in shapes)
    sketch = sketch_settings(width, settings.dims)
    if evaluation is not None:
        evaluation.require_model(digest_file(saved.weights_path)["keccak256"])

    unfinished = out.with_name(f"{out.name}.unfinished")
    plan = {
        "adapter": digest_file(saved.weights_path)["sha256"],
        "base": base.described(weights),
        "rows": hashlib.sha256("".join(lines).encode()).hexdigest(),
        "examples": digest_examples(rows),
        "task": source.task.name,
        "device": _device(source),
        "dtype": _dtype(source),
        "software": software(),
        "width": width,
        "basis": settings.basis,
        "projectionSeed": settings.projection_seed,
        "sampleSeed": settings.sample_seed,
        "batchSize": settings.batch_size,
        "chunkRows": settings.chunk_rows,
    }
    store = ChunkStore(unfinished / "chunks", plan, len(rows), width)
    projection = _projection(unfinished / PROJECTION_FILE, source, shapes, rows, settings, progress)
    _take_gradients(source, Projector(projection, source.device), rows, store, settings, progress)

    store.write_gradients(unfinished / GRADIENTS_FILE)
    write_whole(unfinished / ROWS_FILE, "".join(lines).encode())
    names = [PROJECTION_FILE, GRADIENTS_FILE, ROWS_FILE]
    for path in (saved.config_path, saved.weights_path, *(adapter / name for name in CARRIED)):
        if path.exists():
            write_whole(unfinished / path.name, path.read_bytes())
            names.append(path.name)
    if evaluation is not None:
        write_whole(unfinished / EVALUATION_FILE, evaluation.to_bytes())
        names.append(EVALUATION_FILE)
    quantisation = base.quantisation
    described = {
        "format": FORMAT,
        "base": base.described(weights),
        "method": "lora" if quantisation is None else "qlora",
        "quantisation": None if quantisation is None else quantisation.described(),
        "lora": saved.described(),
        "training": trained.described(),
        "dataset": {
            "versions": [str(version) for version in sorted(dataset.versions)],
            "rows": len(rows),
            "contributions": [{"id": c.id, "items": len(c.item_hashes)} for c in dataset.contributions],
        },
        "projection": {
            "kind": "stored",
            "width": width,
            "basis": projection.basis,
            "seed": projection.seed,
            "modules": list(projection.modules),
        },
        "gradients": {
            "task": source.task.name,
            "sampleSeed": settings.sample_seed,
            "batchSize": settings.batch_size,
            "device": _device(source),
            "dtype": _dtype(source),
            "software": software(),
        },
        "sketch": sketch,
        "evaluation": None if evaluation is None else evaluation.summary(),
        "files": {name: digest_file(unfinished / name) for name in names},
    }
    write_whole(unfinished / MANIFEST_FILE, manifest_text(described))
    shutil.rmtree(unfinished / "chunks")
    unfinished.rename(out)
    return out


def _projection(
    path: Path,
    source: Source,
    shapes: Sequence[ModuleShape],
    rows: Sequence[Example],
    settings: Settings,
    progress: bool,
) -> Projection:
    """The projection that the run was begun with, or a new one."""
    if path.exists():
        return Projection.read(path, settings.basis, settings.projection_seed, shapes)
    if settings.basis == "random":
        made = draw_random(shapes, settings.projection_seed)
    else:
        step = max(1, len(rows) // PRINCIPAL_ROWS)
        sample = rows[::step][:PRINCIPAL_ROWS]
        with tqdm(total=len(sample), desc="principal bases", unit="row", disable=not progress) as bar:
            made = principal_projection(
                source, shapes, sample, settings.batch_size, settings.projection_seed, bar.update
            )
    write_whole(path, made.to_bytes())
    return made


def _take_gradients(
    source: Source,
    projector: Projector,
    rows: Sequence[Example],
    store: ChunkStore,
    settings: Settings,
    progress: bool,
) -> None:
    if store.done < len(rows) and settings.batch_size > 1:
        require_rows_apart(source, projector, rows, settings.sample_seed)
    with tqdm(total=len(rows), initial=store.done, desc="gradients", unit="row", disable=not progress) as bar:
        while store.done < len(rows):
            chunk = rows[store.done : store.done + settings.chunk_rows]
            parts = []
            for start in range(0, len(chunk), settings.batch_size):
                batch = chunk[start : start + settings.batch_size]
                parts.append(row_gradients(source, projector, batch, store.done + start, settings.sample_seed))
                bar.update(len(batch))
            store.add(*(_stacked([part[side] for part in parts]) for side in (0, 1)))


def _stacked(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts)


def _device(source: Source) -> str:
    return source.device.type


def _dtype(source: Source) -> str:
    """What the factors of the adapter are stored and, without autocast, computed in."""
    return str(source.factors()[0].linear.weight.dtype).removeprefix("torch.")
